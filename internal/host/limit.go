//go:build unix

package host

// Load is what a trial's processes use at one moment.
type Load struct {
	Processes int   // that have not ended
	Memory    int64 // B that are resident; rough where that is far below what it was asked to be exact above
}

// member is one process of a tree.
type member struct {
	pid, parent int
	threads     int
	session     int
	ended       bool
	resident    int64 // B, roughly: each core counts for itself
}

// LoadOf is what the strays of this process and all their descendants use now: a trial's process is one, since it has a
// session of its own. known are not counted, see Strays. Where the resident sizes add up to more than exact, in B, pages
// that processes share are counted once; 0 means never. It looks at no more than most processes: what multiplies might be faster than the look.
func LoadOf(known map[int]bool, exact int64, most int) (Load, error) {
	all, err := tree(known, most)
	var l Load
	for _, p := range all {
		if !p.ended {
			l.Processes++
		}
	}
	if l.Memory = sum(all, func(p member) int64 { return p.resident }); exact > 0 && l.Memory > exact/2 {
		l.Memory = sum(all, resident)
	}
	if exact > 0 && l.Memory > exact && l.Processes > 1 {
		l.Memory = sum(all, proportional)
	}
	return l, err
}

func sum(all []member, of func(member) int64) (sum int64) {
	for _, p := range all {
		if !p.ended {
			sum += of(p)
		}
	}
	return sum
}
