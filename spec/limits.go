package spec

// Limits are what one trial may use with all its processes; 0: any amount.
type Limits struct {
	Memory    int64 // B that are resident at once, pages that processes share counted once
	Processes int   // at once, the trial's own among them
	Output    int64 // B that it writes to stdout and stderr
	OpenFiles int   // descriptors of each process
}

// leastOpenFiles is what the process of a trial needs itself: with two workers it is 40 in CPython and Node.js, and 22 in Go.
const leastOpenFiles = 64

var limitsShape = &shape{what: "a mapping such as {memory: 512MiB}", kinds: isMap, keys: []key{
	{name: "memory", doc: "resident at once, in all processes of a trial: 512MiB", shape: amountShape},
	{name: "processes", doc: "of a trial at once, its own among them", shape: positiveShape},
	{name: "output", doc: "what a trial may write to stdout and stderr: 1MiB", shape: amountShape},
	{name: "open-files", doc: "of each process of a trial", shape: &shape{what: "a whole number, 64 or more", kinds: isInt, schema: least(leastOpenFiles),
		valid: func(v *value) (string, bool) {
			if v.data.(int) < leastOpenFiles {
				return "at least 64: a trial's process needs some itself", false
			}
			return between(leastOpenFiles, 1<<30)(v)
		}}},
}}

// amountShape is a size that is more than nothing.
var amountShape = &shape{what: sizeShape.what, kinds: isText, schema: sizeShape.schema,
	valid: func(v *value) (string, bool) {
		if n, err := parseSize(v.text); err == nil && n == 0 {
			return "give it more than 0, or take the key out", false
		}
		return validSize(v)
	}}

func limitsOf(v *value) (l Limits) {
	for name, to := range map[string]*int64{"memory": &l.Memory, "output": &l.Output} {
		if size := v.get(name); size.is(isText) {
			n, _ := parseSize(size.text) // a bad one was reported
			*to = int64(n)
		}
	}
	for name, to := range map[string]*int{"processes": &l.Processes, "open-files": &l.OpenFiles} {
		if number := v.get(name); number.is(isInt) {
			*to = number.data.(int)
		}
	}
	return l
}
