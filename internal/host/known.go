//go:build unix

package host

// Known are the processes that Strays finds already, by their numbers: a Sweep after what is started now leaves them
// alone.
func Known() (map[int]bool, error) {
	known := map[int]bool{}
	if c, only := alone(); only {
		known[c.PID] = true
		return known, nil
	}
	if !HasChildren() {
		return known, nil
	}
	self, table, err := Table()
	if err != nil {
		return nil, err
	}
	for _, p := range Strays(self, table, nil) {
		known[p.PID] = true
	}
	return known, nil
}
