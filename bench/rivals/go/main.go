// Rivals written in Go: the same workloads, one process a measurement.
//
//	rivals <workload> <size> <warm-up size> <repetitions>
//
// Takes the arguments of bench/measure.ts and prints what it prints: one line of JSON, the outcome of each timed
// repetition. Compiled code needs no warm-up, so that size is not used.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

type outcome struct {
	Nanoseconds int64   `json:"ns"`
	Answer      int     `json:"answer"`
	Bytes       *uint64 `json:"bytes,omitempty"`
}

var trials = map[string]func(size int) outcome{
	"ping-pong":       pingPong,
	"buffered":        buffered,
	"two-ready":       twoReady,
	"fan-in":          fanIn,
	"spawn-join":      spawnJoin,
	"skynet":          skynet,
	"daisy":           daisy,
	"ring":            ring,
	"sieve":           sieve,
	"parked":          parked,
	"cancel":          cancel,
	"mutex-free":      mutexFree,
	"mutex-contended": mutexContended,
	"rwlock-read":     rwlockRead,
	"timer":           timer,
	"timer-waited":    timerWaited,
	"map":             mapped,
	"ready-receive":   readyReceive,
	"timeout-ready":   timeoutReady,
	"all-switch":      allSwitch,
}

func main() {
	if len(os.Args) != 5 {
		fail("usage: rivals <workload> <size> <warm-up size> <repetitions>")
	}
	trial, known := trials[os.Args[1]]
	if !known {
		fail("no workload " + os.Args[1])
	}
	outcomes := []outcome{}
	for i := 0; i < number(os.Args[4]); i++ {
		runtime.GC()
		outcomes = append(outcomes, trial(number(os.Args[2])))
	}
	line, err := json.Marshal(outcomes)
	if err != nil {
		fail(err.Error())
	}
	fmt.Println(string(line))
}

// since ends a timed part: the time from start, and what was computed.
func since(start time.Time, answer int) outcome {
	return outcome{Nanoseconds: time.Since(start).Nanoseconds(), Answer: answer}
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		fail(err.Error())
	}
	return n
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(2)
}
