// Workloads of locks, and of many goroutines that take turns.
package main

import (
	"runtime"
	"sync"
	"time"
)

func mutexFree(size int) outcome {
	var mutex sync.Mutex
	count := 0
	start := time.Now()
	for i := 0; i < size; i++ {
		mutex.Lock()
		count++
		mutex.Unlock()
	}
	return since(start, count)
}

func mutexContended(size int) outcome {
	const tasks = 100
	var mutex sync.Mutex
	var ended sync.WaitGroup
	count := 0
	ended.Add(tasks)
	start := time.Now()
	for task := 0; task < tasks; task++ {
		go func() {
			defer ended.Done()
			for i := 0; i < size/tasks; i++ {
				mutex.Lock()
				before := count
				runtime.Gosched()
				count = before + 1
				mutex.Unlock()
			}
		}()
	}
	ended.Wait()
	return since(start, count)
}

func rwlockRead(size int) outcome {
	var lock sync.RWMutex
	count := 0
	start := time.Now()
	for i := 0; i < size; i++ {
		lock.RLock()
		count++
		lock.RUnlock()
	}
	return since(start, count)
}

// map: every item has a goroutine of its own, started as soon as there is room for it.
func mapped(size int) outcome {
	const concurrency = 10
	room := make(chan struct{}, concurrency)
	results := make([]int, size)
	var ended sync.WaitGroup
	start := time.Now()
	for item := 0; item < size; item++ {
		room <- struct{}{}
		ended.Add(1)
		go func(item int) {
			defer ended.Done()
			runtime.Gosched()
			results[item] = item * 2
			<-room
		}(item)
	}
	ended.Wait()
	taken := time.Since(start)
	sum := 0
	for _, result := range results {
		sum += result
	}
	return outcome{Nanoseconds: taken.Nanoseconds(), Answer: sum}
}

func allSwitch(size int) outcome {
	const tasks = 1000
	results := make([]int, tasks)
	var ended sync.WaitGroup
	ended.Add(tasks)
	start := time.Now()
	for task := 0; task < tasks; task++ {
		go func(task int) {
			defer ended.Done()
			turns := 0
			for i := 0; i < size/tasks; i++ {
				runtime.Gosched()
				turns++
			}
			results[task] = turns
		}(task)
	}
	ended.Wait()
	taken := time.Since(start)
	sum := 0
	for _, turns := range results {
		sum += turns
	}
	return outcome{Nanoseconds: taken.Nanoseconds(), Answer: sum}
}
