// Workloads of many goroutines.
package main

import (
	"context"
	"runtime"
	"sync"
	"time"
)

func spawnJoin(size int) outcome {
	done := make(chan int)
	child := func(i int) { done <- i }
	start := time.Now()
	sum := int32(0)
	for i := 0; i < size; i++ {
		go child(i)
		sum += int32(<-done)
	}
	return since(start, int(sum))
}

func skynet(size int) outcome {
	result := make(chan int)
	start := time.Now()
	go node(result, 0, size)
	return since(start, <-result)
}

func node(result chan<- int, number, size int) {
	if size == 1 {
		result <- number
		return
	}
	below := make(chan int)
	for i := 0; i < 10; i++ {
		go node(below, number+i*(size/10), size/10)
	}
	sum := 0
	for i := 0; i < 10; i++ {
		sum += <-below
	}
	result <- sum
}

func daisy(size int) outcome {
	start := time.Now()
	leftmost := make(chan int)
	left := leftmost
	for i := 0; i < size; i++ {
		right := make(chan int)
		go link(left, right)
		left = right
	}
	go func(last chan<- int) { last <- 0 }(left)
	return since(start, <-leftmost)
}

func link(left chan<- int, right <-chan int) {
	left <- 1 + <-right
}

const laps = 10

// The first lap is not timed: it starts the goroutines.
func ring(size int) outcome {
	first := make(chan int)
	in := first
	for i := 1; i < size; i++ {
		out := make(chan int)
		go pass(in, out)
		in = out
	}
	last := in
	first <- 1
	token := <-last
	start := time.Now()
	for lap := 0; lap < laps; lap++ {
		first <- token + 1
		token = <-last
	}
	return since(start, token)
}

func pass(in <-chan int, out chan<- int) {
	for lap := 0; lap <= laps; lap++ {
		out <- 1 + <-in
	}
}

func sieve(size int) outcome {
	start := time.Now()
	numbers := make(chan int)
	go count(numbers)
	prime := 0
	for i := 0; i < size; i++ {
		prime = <-numbers
		passed := make(chan int)
		go filter(prime, numbers, passed)
		numbers = passed
	}
	return since(start, prime)
}

// The goroutines of one sieve stay parked; a process measures a few sieves and ends.
func count(out chan<- int) {
	for n := 2; ; n++ {
		out <- n
	}
}

func filter(prime int, in <-chan int, out chan<- int) {
	for {
		if n := <-in; n%prime != 0 {
			out <- n
		}
	}
}

func parked(size int) outcome {
	before := inUse()
	never := make(chan int)
	started := 0
	var ended sync.WaitGroup
	ended.Add(size)
	start := time.Now()
	for i := 0; i < size; i++ {
		go park(never, &started, &ended)
	}
	for started < size {
		runtime.Gosched()
	}
	result := since(start, started)
	bytes := inUse() - before
	result.Bytes = &bytes
	close(never)
	ended.Wait()
	return result
}

// Counting without a lock is right here because rivals run on one processor (GOMAXPROCS=1).
func park(never <-chan int, started *int, ended *sync.WaitGroup) {
	*started++
	<-never
	ended.Done()
}

// cancel: a goroutine is cancelled by a context it selects on.
func cancel(size int) outcome {
	never := make(chan int)
	started := 0
	var ended sync.WaitGroup
	ended.Add(size)
	ctx, cancelAll := context.WithCancel(context.Background())
	for i := 0; i < size; i++ {
		go parkUntilDone(ctx, never, &started, &ended)
	}
	for started < size {
		runtime.Gosched()
	}
	start := time.Now()
	cancelAll()
	ended.Wait()
	return since(start, started)
}

func parkUntilDone(ctx context.Context, never <-chan int, started *int, ended *sync.WaitGroup) {
	defer ended.Done()
	*started++
	select {
	case <-never:
	case <-ctx.Done():
	}
}

func inUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapInuse + stats.StackInuse
}
