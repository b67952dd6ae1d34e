// How often a thread that has nothing to do looks again before it sleeps.
//
// Each look that finds something spares two threads some 50 microseconds in which one is woken. Each that does not keeps a processor from others. So a thread learns from how long it has slept:
// who is roused soon would have done better to go on looking.
//
// Who has roused another thread does not wait for it here, or only as long as that one would take to wake up on a processor of its own. The kernel may put it on the processor of who has
// woken it, though another is idle; there it begins only when this thread sleeps. Two that rouse each other again and again go on looking
// nevertheless: otherwise they would never meet awake.

/** Looks in a row: at most, and how many it begins with. After a short sleep it looks more often, after a long one less. */
const MOST_LOOKS = 200;
const FEW_LOOKS = 16;
/** The most while another thread wakes up: some 100 microseconds. */
const LOOKS_WHILE_WAKING = 40;
/** Milliseconds: who is roused sooner than that would have done better to go on looking. */
const SHORT = 0.2;

export class Patience {
  declare private most: number;
  declare private sleptAt: number;
  /** It has roused another thread since it slept or last found anything. */
  declare private hasRoused: boolean;
  /** It was roused soon after it had gone to sleep, and has not slept since. */
  declare private isHurried: boolean;

  constructor() {
    this.most = FEW_LOOKS;
    this.sleptAt = -1;
    this.hasRoused = false;
    this.isHurried = false;
  }

  /** How often it is worth while to look now. */
  get looks(): number {
    if (!this.hasRoused) return this.most;
    return this.isHurried ? Math.min(this.most, LOOKS_WHILE_WAKING) : 0;
  }

  /** This thread has roused another. */
  hasWoken(): void {
    this.hasRoused = true;
  }

  /** A look has found something: so others are awake. */
  hasFound(): void {
    this.hasRoused = false;
  }

  /** This thread sleeps. */
  sleeps(now: number): void {
    this.sleptAt = now;
    this.hasRoused = false;
    this.isHurried = false;
  }

  /** It was roused. */
  wakes(now: number): void {
    if (this.sleptAt < 0) return;
    this.isHurried = now - this.sleptAt < SHORT;
    this.most = this.isHurried ? Math.min(this.most * 2 + FEW_LOOKS, MOST_LOOKS) : this.most >> 1;
    this.sleptAt = -1;
  }
}
