// An app that serves its revision, or fails in the way that its arguments tell.
//
//	app                      GET /version says the revision, /health and /live answer $HEALTH and $LIVE (200)
//	app exit CODE LINE…      writes the lines and ends with the code
//	app crash SIGSEGV        is ended by the kernel as for a real fault
//	app allocate             uses memory until something stops it
//	app write PATH           needs to write a file first
//	app listen twice         takes its port two times
//
// After SIGTERM it goes on for $LAME_DUCK (1.5s).
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const port = ":8080"

// Endpoints and NodePort rules change a moment after the SIGTERM: until then requests still come.
func lameDuck() time.Duration {
	if duration, err := time.ParseDuration(os.Getenv("LAME_DUCK")); err == nil {
		return duration
	}
	return 1500 * time.Millisecond
}

func main() {
	arguments := append(os.Args[1:], "", "")
	switch arguments[0] {
	case "exit":
		code, _ := strconv.Atoi(arguments[1])
		end(code, strings.TrimSpace(strings.Join(arguments[2:], "\n")))
	case "crash":
		crash()
	case "allocate":
		allocate()
	case "write":
		if err := os.WriteFile(arguments[1], []byte("state"), 0o600); err != nil {
			end(1, "cannot keep state: "+err.Error())
		}
	case "listen":
		if _, err := net.Listen("tcp", port); err != nil {
			end(1, err.Error())
		}
	}
	serve()
}

func serve() {
	answer := func(path, variable string) {
		status, err := strconv.Atoi(os.Getenv(variable))
		if err != nil {
			status = http.StatusOK
		}
		http.HandleFunc(path, func(to http.ResponseWriter, _ *http.Request) { to.WriteHeader(status) })
	}
	answer("/health", "HEALTH")
	answer("/live", "LIVE")
	http.HandleFunc("/version", func(to http.ResponseWriter, _ *http.Request) {
		to.Header().Set("content-type", "application/json")
		_ = json.NewEncoder(to).Encode(map[string]string{"revision": os.Getenv("REVISION")})
	})
	listener, err := net.Listen("tcp", port)
	if err != nil {
		end(1, err.Error())
	}
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM, syscall.SIGINT)
	go func() { _ = http.Serve(listener, nil) }()
	fmt.Println("listening on " + port)
	<-stopped
	time.Sleep(lameDuck())
}

func end(code int, line string) {
	if line != "" {
		fmt.Fprintln(os.Stderr, line)
	}
	os.Exit(code)
}

// Go catches its own faults. With the default action back, the kernel ends the process, even process 1.
func crash() {
	type action struct {
		handler, flags, restorer, mask uintptr
	}
	var standard action
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(syscall.SIGSEGV), uintptr(unsafe.Pointer(&standard)), 0, 8, 0, 0)
	fmt.Fprintln(os.Stderr, "about to read what is not there")
	nowhere := uintptr(8)
	fmt.Fprintln(os.Stderr, *(*int)(unsafe.Pointer(nowhere)))
}

func allocate() {
	var held [][]byte
	for {
		piece := make([]byte, 8<<20)
		for index := 0; index < len(piece); index += 4096 {
			piece[index] = 1
		}
		held = append(held, piece)
		fmt.Fprintf(os.Stderr, "holding %d MiB\n", len(held)*8)
		time.Sleep(10 * time.Millisecond)
	}
}
