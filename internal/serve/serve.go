// Package serve shows stored runs in a browser: read-only, on loopback, behind a random token.
package serve
