package cli

import (
	"runner/internal/host"
	"runner/results"
)

// conditions adds the settings that measurements depend on, as they are now.
func conditions(e *results.Environment) {
	v := host.VitalsNow()
	e.Governor, e.Boost, e.SMT, e.Clock, e.Load, e.Swap = v.Governor, v.Boost, v.SMT, v.Clock, v.Load, v.Swapped
}
