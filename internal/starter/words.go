package starter

import (
	"slices"
	"strings"
)

// split cuts a command at blanks as hyperfine does where there is no shell: quotes and backslashes as in a shell, and
// nothing is expanded. It is false where a quote is not closed.
func split(s string) (words []string, closed bool) {
	var b strings.Builder
	in, quote := false, rune(0)
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case quote == '\'' && r != '\'', quote == '"' && r != '"' && r != '\\':
			b.WriteRune(r)
		case quote != 0 && r == quote:
			quote = 0
		case r == '\\':
			if i++; i == len(runes) {
				return nil, false
			}
			if quote == '"' && !strings.ContainsRune("$`\"\\\n", runes[i]) {
				b.WriteRune('\\')
			}
			if runes[i] != '\n' {
				b.WriteRune(runes[i])
				in = true
			}
		case r == '\'' || r == '"':
			quote, in = r, true
		case r == '#' && !in:
			for i+1 < len(runes) && runes[i+1] != '\n' {
				i++
			}
		case strings.ContainsRune(" \t\n", r):
			if in {
				words = append(words, b.String())
			}
			b.Reset()
			in = false
		default:
			b.WriteRune(r)
			in = true
		}
	}
	if in {
		words = append(words, b.String())
	}
	return words, quote == 0
}

// inShell are the words that only a shell understands, if they come first. One text, since every process of this program
// pays for what is made at its start.
const inShell = " ! . : alias bg bind break builtin caller case cd command compgen complete continue coproc declare dirs disown do done " +
	"elif else enable esac eval exec exit export fc fg fi for function getopts hash help history if in jobs let local logout mapfile " +
	"popd pushd read readarray readonly return select set shift shopt source suspend then time times trap type typeset ulimit umask " +
	"unalias unset until wait while "

// among: the word is one of a list with blanks around each.
func among(list, word string) bool {
	return word != "" && !strings.Contains(word, " ") && strings.Contains(list, " "+word+" ")
}

// plain gives the words of a command that means the same with and without a shell: no sign in it is one of syntax.
func plain(command string, params []param) ([]string, bool) {
	bareText := command
	for _, p := range params {
		bareText = strings.ReplaceAll(bareText, "{"+p.given+"}", "")
	}
	if strings.IndexFunc(bareText, func(r rune) bool { return r != ' ' && !inWord(r) }) >= 0 {
		return nil, false
	}
	words := strings.FieldsFunc(command, func(r rune) bool { return r == ' ' })
	if len(words) == 0 || strings.Contains(words[0], "=") || among(inShell, words[0]) {
		return nil, false
	}
	return words, !slices.ContainsFunc(params, func(p param) bool { return strings.Contains(p.given, " ") })
}

// inWord: no shell gives this sign a meaning, wherever it stands.
func inWord(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_@%+=:,./-", r) || r > 0x7f && visible(r) && r != '\u00a0'
}

// oneWord: a shell would read the value as one word, which is this value.
func oneWord(value string) bool {
	return value != "" && strings.IndexFunc(value, func(r rune) bool { return !inWord(r) }) < 0
}
