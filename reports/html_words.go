package reports

// wordHTML is a word of the page, and what it means.
type wordHTML struct{ Word, Means string }

// words are those that a reader of a page may not know, as docs/concepts.md and docs/methodology.md have them.
var words = []wordHTML{
	{"cell", "One configuration: one level of each axis, such as threads=2."},
	{"trial", "One measured execution of a cell, in a fresh process."},
	{"block", "One round in which each cell runs once, in a new random order, so that what changes slowly meets all of them alike. Blocks, not trials, are what a verdict rests on."},
	{"n", "How many trials, or blocks, a number rests on."},
	{"fresh blocks", "Blocks measured only after a check had failed, to see whether it fails again."},
	{"contaminated", "A trial, or its block, during which something else took part of the machine. It is kept, and not counted where there are enough others."},
	{"change", "How much longer a cell takes than in the run, or in the build, that it is compared with: +5 % is slower."},
	{"build=base", "A cell of another build of what is measured, run in the same blocks to compare the two."},
	{"baseline", "The cell that others are compared with."},
	{"noise floor", "How much the baseline differs from a second copy of itself in the same blocks. What lies nearer to its limit than that is inconclusive."},
	{"95 % interval", "Of a check: the middle 95 % of what the claim's value comes to when the blocks are drawn again and again, a little wider where they are few. " +
		"Of a cell's median: an interval by the order of its trials, whatever their distribution."},
	{"holds in", "The share of these resamples in which the claim holds. It is not the probability that the claim is true."},
	{"margin", "How far the observed value is from its limit, as a share of the limit: + on the passing side, − on the other."},
	{"inconclusive", "These blocks, or this machine, cannot tell. It is neither a pass nor a fail; the reason says what would help."},
	{"speedup", "The baseline's median time divided by the cell's, on the same blocks."},
	{"efficiency", "The speedup divided by the number of workers."},
	{"cores used", "CPU time divided by the time of the trial; the median of the trials."},
	{"parallelism", "How many cores' worth of work the machine really did at once, measured with spinning threads before and after the run; the lower of the two."},
	{"contention, coherency", "What keeps work from scaling: the part that is done one after the other, and what each pair of workers costs."},
	{"Karp-Flatt", "The share of the work that is serial, from one speedup (Karp and Flatt, 1990). It is told where there are two worker counts."},
	{"Amdahl", "With p workers, a serial share s and the time T1 of one worker: T1 · (1/p + s·(p−1)/p) (Amdahl, 1967). It is fitted to three worker counts, or to more of them where pairs cost nothing to speak of."},
	{"USL", "Gunther's Universal Scalability Law: Amdahl's, with a cost for each pair of workers, so that more of them can be slower. It is fitted to four worker counts or more."},
	{"Gustafson", "For work that grows with the workers: a scaled speedup of p − s·(p−1) (Gustafson, 1988)."},
}
