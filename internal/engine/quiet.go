package engine

import (
	"runtime"
	"runtime/metrics"
)

// quieten collects the runner's memory now if that would have to be done soon: the collector, which works on a core of its
// own, is not to do so while a trial runs. What a trial has given may be much, and is garbage once it is kept.
func quieten() {
	heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/goal:bytes"}}
	metrics.Read(heap)
	for _, s := range heap {
		if s.Value.Kind() != metrics.KindUint64 {
			return
		}
	}
	live, used, goal := heap[0].Value.Uint64(), heap[1].Value.Uint64(), heap[2].Value.Uint64()
	if used > (live+goal)/2 {
		runtime.GC() // which first waits for the end of one that is on its way
	}
}
