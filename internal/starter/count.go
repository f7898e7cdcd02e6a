package starter

import "fmt"

func many(n int, noun string) string {
	if n == 1 {
		return "a " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func few(n int) string {
	switch n {
	case 0:
		return "is none"
	case 1:
		return "is only one"
	}
	return fmt.Sprintf("are only %d", n)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
