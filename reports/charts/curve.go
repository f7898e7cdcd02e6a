package charts

import "math"

// split cuts a curve at x; both parts have the point there.
func split(curve []XY, x float64) (within, beyond []XY) {
	for i, c := range curve {
		if c.X <= x {
			within = append(within, c)
			continue
		}
		if i > 0 && curve[i-1].X < x {
			b := curve[i-1]
			c := XY{x, b.Y + (c.Y-b.Y)*(x-b.X)/(c.X-b.X)}
			within, beyond = append(within, c), append(beyond, c)
		} else if i > 0 {
			beyond = append(beyond, curve[i-1])
		}
		return within, append(beyond, curve[i:]...)
	}
	return within, nil
}

// trace is a path along points; those less than half a pixel from the one before are left out.
func (p *speedupPlot) trace(points []XY) string {
	if len(points) < 2 {
		return ""
	}
	d := new(path)
	var lastX, lastY float64
	for i, c := range points {
		x, y := p.x.at(c.X), p.y.at(c.Y)
		switch {
		case i == 0:
			d.move(x, y)
		case i < len(points)-1 && math.Hypot(x-lastX, y-lastY) < 0.5:
			continue
		default:
			d.to(x, y)
		}
		lastX, lastY = x, y
	}
	return d.String()
}
