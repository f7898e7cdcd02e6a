package diag

// Closest is the candidate that word was most likely meant to be, or "" if none is near: at most a third of its length
// in edits (insert, delete, replace, swap of neighbours).
func Closest(word string, candidates []string) string {
	if len(word) > longestWord {
		return ""
	}
	best, bestCost := "", max(1, len([]rune(word))/3)+1
	for _, c := range candidates {
		if abs(len(c)-len(word)) >= 4*bestCost { // a rune has up to 4 bytes
			continue
		}
		if d := distance([]rune(word), []rune(c)); d < bestCost {
			best, bestCost = c, d
		}
	}
	return best
}

// longestWord is in bytes: what is longer is no misspelt name, and comparing it takes the square of its length.
const longestWord = 200

func abs(n int) int { return max(n, -n) }

// DidYouMean is Closest as a hint, or "" if nothing is near.
func DidYouMean(word string, candidates []string) string {
	if c := Closest(word, candidates); c != "" {
		return "did you mean \"" + c + "\"?"
	}
	return ""
}

// distance is the optimal string alignment distance.
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
