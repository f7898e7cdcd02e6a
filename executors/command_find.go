package executors

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// prepareCommands finds the programs of a job of commands; an error if one of them is not there.
func prepareCommands(job Job) (*commands, error) {
	info, known := commandInfo(job.Executor)
	if !known {
		return nil, fmt.Errorf("there is no executor %q for commands", job.Executor)
	}
	c := &commands{info: info, programs: map[*Command]string{}}
	found := map[[2]string]string{} // by name and PATH
	for _, command := range job.Commands {
		if _, known := c.programs[command]; known {
			continue
		}
		list, own := command.Env["PATH"]
		if !own {
			list, own = job.Env["PATH"]
		}
		if !own {
			list = os.Getenv("PATH")
		}
		key := [2]string{command.Argv[0], list}
		path, known := found[key]
		if !known {
			var err error
			if path, err = seek(job, command.Argv[0], list); err != nil {
				return nil, err
			}
			found[key] = path
		}
		c.programs[command] = path
	}
	return c, nil
}

// seek finds a program as a shell does: a name with a slash is a path, any other is looked for in the directories of
// list. One that may not be executed is found too, if there is no other: to start it tells why.
func seek(job Job, name, list string) (string, error) {
	if strings.Contains(name, "/") {
		if _, err := os.Stat(job.at(name)); errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			return "", fmt.Errorf("%s: no such file", shown(name))
		}
		return name, nil
	}
	second := ""
	for dir := range strings.SplitSeq(list, ":") {
		path := orElse(dir, ".") + "/" + name
		info, err := os.Stat(job.at(path))
		switch {
		case err != nil || info.IsDir():
		case unix.Access(job.at(path), unix.X_OK) == nil:
			return path, nil
		case second == "":
			second = path
		}
	}
	if second == "" {
		return "", errors.New(NotOnPath(name))
	}
	return second, nil
}

// NotOnPath says that there is no program of that name.
func NotOnPath(name string) string { return shown(name) + ": no such program on PATH" }

// underlying is what the system said, without the operation and the path.
func underlying(err error) error {
	var e syscall.Errno
	if errors.As(err, &e) {
		return e
	}
	return err
}
