package results

// CellMedian is what one cell of a stored run came to: the middle of its trials that count, without those that shared the
// machine.
type CellMedian struct {
	Workload string
	Key      string  // what reports print
	Identity string  // what history goes by, together with Workload: see PlannedCell
	N        int     // trials that count
	Median   float64 // s, of their total times; of no meaning where N is 0
}
