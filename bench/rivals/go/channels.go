// Workloads of a few goroutines that exchange many values.
package main

import "time"

func pingPong(size int) outcome {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for i := 0; i < size; i++ {
			pong <- 1 + <-ping
		}
	}()
	start := time.Now()
	sum := int32(0)
	for i := 0; i < size; i++ {
		ping <- i
		sum += int32(<-pong)
	}
	return since(start, int(sum))
}

func buffered(size int) outcome {
	items := make(chan int, 128)
	start := time.Now()
	go func() {
		for i := 0; i < size; i++ {
			items <- i
		}
	}()
	sum := int32(0)
	for i := 0; i < size; i++ {
		sum += int32(<-items)
	}
	return since(start, int(sum))
}

func twoReady(size int) outcome {
	left, right := make(chan int, 1), make(chan int, 1)
	left <- 0
	right <- 0
	start := time.Now()
	for i := 0; i < size; i++ {
		select {
		case value := <-left:
			left <- value + 1
		case value := <-right:
			right <- value + 1
		}
	}
	return since(start, <-left+<-right)
}

func fanIn(size int) outcome {
	const senders = 8
	var in [senders]chan int
	for s := range in {
		in[s] = make(chan int)
		go func(out chan<- int) {
			for i := 0; i < size/senders; i++ {
				out <- i
			}
		}(in[s])
	}
	start := time.Now()
	sum := int32(0)
	for i := 0; i < size; i++ {
		select {
		case value := <-in[0]:
			sum += int32(value)
		case value := <-in[1]:
			sum += int32(value)
		case value := <-in[2]:
			sum += int32(value)
		case value := <-in[3]:
			sum += int32(value)
		case value := <-in[4]:
			sum += int32(value)
		case value := <-in[5]:
			sum += int32(value)
		case value := <-in[6]:
			sum += int32(value)
		case value := <-in[7]:
			sum += int32(value)
		}
	}
	return since(start, int(sum))
}
