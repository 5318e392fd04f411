// A server with Go's net/http that does what the agent does for a cached read: it compares the
// token in constant time, looks the secret up under a lock for readers, and sends a body that is
// ready with the headers of the agent's answer.
package main

import (
	"bytes"
	"crypto/subtle"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type entry struct {
	body   []byte
	length string
	tag    string
	readAt time.Time
}

type server struct {
	token   []byte
	lock    sync.RWMutex
	entries map[string]entry
	ttl     time.Duration
	count   atomic.Uint64
}

func (s *server) find(name string) (entry, bool) {
	s.lock.RLock()
	defer s.lock.RUnlock()
	found, ok := s.entries[name]
	return found, ok
}

func (s *server) ServeHTTP(out http.ResponseWriter, request *http.Request) {
	shown := []byte(request.Header.Get("X-KMS-Token"))
	if subtle.ConstantTimeCompare(shown, s.token) != 1 {
		http.Error(out, "forbidden", http.StatusForbidden)
		return
	}
	if request.Method != http.MethodGet || request.URL.Path != "/secretsmanager/get" {
		http.Error(out, "not found", http.StatusNotFound)
		return
	}
	found, ok := s.find(request.URL.Query().Get("secretId"))
	if !ok {
		http.Error(out, "not found", http.StatusNotFound)
		return
	}
	s.write(out, found)
}

func (s *server) write(out http.ResponseWriter, found entry) {
	age := time.Since(found.readAt)
	header := out.Header()
	header["Date"] = nil
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Request-Id", "go-"+strconv.FormatUint(s.count.Add(1), 10))
	header.Set("Cache-Status", "kms-agent; hit; ttl="+seconds(s.ttl-age))
	header.Set("Age", seconds(age))
	header.Set("ETag", found.tag)
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", found.length)
	if _, err := out.Write(found.body); err != nil {
		log.Print(err)
	}
}

func seconds(duration time.Duration) string {
	return strconv.FormatInt(int64(duration/time.Second), 10)
}

func made(body []byte) entry {
	return entry{
		body:   body,
		length: strconv.Itoa(len(body)),
		tag:    fmt.Sprintf("%q", strings.Repeat("x", 43)),
		readAt: time.Now(),
	}
}

func read(path string) []byte {
	content, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	return content
}

func main() {
	address := flag.String("listen", "127.0.0.1:0", "host and port")
	token := flag.String("token", "", "the file of the token")
	secret := flag.String("secret", "", "the name of the secret")
	body := flag.String("body", "", "the file of the secret's body")
	count := flag.Int("count", 0, "how many secrets, their names followed by a number; 0: one without")
	flag.Parse()
	content := read(*body)
	serving := &server{
		token:   []byte(strings.TrimSpace(string(read(*token)))),
		ttl:     5 * time.Minute,
		entries: map[string]entry{},
	}
	if *count == 0 {
		serving.entries[*secret] = made(content)
	}
	for number := 1; number <= *count; number++ {
		serving.entries[*secret+strconv.Itoa(number)] = made(bytes.Clone(content))
	}
	log.Fatal(http.ListenAndServe(*address, serving))
}
