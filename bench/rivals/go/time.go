// Workloads of timers.
package main

import "time"

// As long as any operation of these workloads may take.
const patience = 60 * time.Second

// live is how many timers are running while something else is measured.
const live = 100_000

// gather starts timers that are due long after the workload has ended, spread from half of the patience to one and a
// half. They belong to nobody: a hundred thousand goroutines that wait for them would make the collector's work, and
// not the timers', what is measured.
func gather() []*time.Timer {
	timers := make([]*time.Timer, live)
	for i := range timers {
		timers[i] = time.AfterFunc(time.Duration(30_000+i*7919%60_000)*time.Millisecond, tooLate)
	}
	return timers
}

func disperse(timers []*time.Timer) {
	for _, timer := range timers {
		timer.Stop()
	}
}

func tooLate() {
	panic("a timer fired while the workload ran")
}

// Nothing here needs a pass that is not timed: Go's collector leaves things where they are.
func timer(size int) outcome {
	defer disperse(gather())
	stopped := 0
	start := time.Now()
	for i := 0; i < size; i++ {
		if time.NewTimer(patience).Stop() {
			stopped++
		}
	}
	return since(start, stopped)
}

func timerWaited(size int) outcome {
	defer disperse(gather())
	ask, reply := make(chan int), make(chan int)
	go func() {
		for i := 0; i < size; i++ {
			reply <- <-ask
		}
	}()
	start := time.Now()
	sum := int32(0)
	for i := 0; i < size; i++ {
		ask <- i
		late := time.NewTimer(patience)
		select {
		case value := <-reply:
			if late.Stop() {
				sum += int32(value)
			}
		case <-late.C:
		}
	}
	return since(start, int(sum))
}

func readyReceive(size int) outcome {
	items := make(chan int, 1)
	start := time.Now()
	sum := int32(0)
	for i := 0; i < size; i++ {
		items <- i
		sum += int32(<-items)
	}
	return since(start, int(sum))
}

func timeoutReady(size int) outcome {
	items := make(chan int, 1)
	start := time.Now()
	sum := int32(0)
	for i := 0; i < size; i++ {
		items <- i
		late := time.NewTimer(time.Second)
		select {
		case value := <-items:
			late.Stop()
			sum += int32(value)
		case <-late.C:
		}
	}
	return since(start, int(sum))
}
