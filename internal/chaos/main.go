//go:build linux

// Chaos runs experiments with the built command, does it all the harm that a machine may do to it, and then looks
// whether anything was lost, left behind or told wrongly. See docs/chaos.md.
//
// What a round does follows from the seed and the number of the round alone, so that it can be repeated. Each round is a
// process of its own, which becomes the parent of all that its runners leave: that tells the processes of rounds apart.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

// options are what the command line says.
type options struct {
	seed    uint64
	lasts   time.Duration
	kills   int // end after so many; 0: go by lasts
	round   int // only this one; -1: all
	workers int
	only    string // faults whose names begin with it
	with    string // experiments whose names begin with it
	runner  string // a built one; "": build it
	verbose bool
}

func main() {
	if task := os.Getenv(roundVariable); task != "" {
		os.Exit(playTask(task))
	}
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		os.Exit(serve(os.Args[2]))
	}
	var o options
	flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano())%1_000_000, "`NUMBER` that all chance follows from; drawn if it is not given")
	flag.DurationVar(&o.lasts, "for", 10*time.Minute, "how long rounds are begun")
	flag.IntVar(&o.kills, "kills", 0, "go on until so many runners were killed, instead of -for")
	flag.IntVar(&o.round, "round", -1, "only this round of the seed")
	flag.IntVar(&o.workers, "workers", 4, "rounds at once")
	flag.StringVar(&o.only, "only", "", "only faults whose names begin with this `TEXT`; changes what rounds do")
	flag.StringVar(&o.with, "with", "", "only experiments whose names begin with this `TEXT`; changes what rounds do")
	flag.StringVar(&o.runner, "runner", "", "this `PROGRAM` instead of one that is built now")
	flag.BoolVar(&o.verbose, "v", false, "a line for each round")
	flag.Parse()
	broken, err := chaos(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(2)
	}
	if broken {
		os.Exit(1)
	}
}
