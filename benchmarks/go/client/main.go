// Reads a secret on kept or on new connections, with or without TLS, and prints what it came to as
// JSON. With -write it writes a certificate and its key instead.
package main

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"sort"
	"sync"
	"time"
)

var (
	address = flag.String("address", "", "host and port")
	from    = flag.String("from", "", "the address that connections come from")
	token   = flag.String("token", "", "the token to show")
	path    = flag.String("path", "", "the path to read; none: shakes hands only")
	plain   = flag.Bool("plain", false, "without TLS")
	most    = flag.Uint("tls", tls.VersionTLS13, "the newest version of TLS")
	resume  = flag.Bool("resume", false, "resumes sessions of TLS")
	keep    = flag.Bool("keep", false, "keeps connections")
	workers = flag.Int("workers", 1, "how many read at once")
	rate    = flag.Float64("rate", 0, "reads a second of all; 0: as fast as they are answered")
	count   = flag.Int("count", 0, "how many reads; 0: for the time")
	seconds = flag.Float64("seconds", 1e6, "how long")
	write   = flag.String("write", "", "writes a certificate: rsa or ecdsa")
)

type worker struct {
	config  *tls.Config
	request []byte
	open    net.Conn
	in      *bufio.Reader
	took    []float64
	// Failed reads, handshakes that resumed a session, and kept connections that were lost.
	failed, resumed, lost int
	reason                string
}

func (w *worker) connect() error {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if *from != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(*from)}
	}
	raw, err := dialer.Dial("tcp", *address)
	if err != nil {
		return err
	}
	w.open = raw
	_ = raw.SetDeadline(time.Now().Add(30 * time.Second))
	if !*plain {
		secure := tls.Client(raw, w.config)
		w.open = secure
		if err = secure.Handshake(); err != nil {
			return err
		}
		if secure.ConnectionState().DidResume {
			w.resumed++
		}
	}
	w.in = bufio.NewReader(w.open)
	return nil
}

func (w *worker) exchange() error {
	_ = w.open.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := w.open.Write(w.request); err != nil {
		return err
	}
	answer, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", answer.StatusCode)
	}
	return err
}

func (w *worker) close() {
	if w.open != nil {
		_ = w.open.Close()
		w.open = nil
	}
}

// A kept connection that the agent has closed is replaced, as HTTP clients do.
func (w *worker) read() error {
	if w.open != nil {
		if w.exchange() == nil {
			return nil
		}
		w.lost++
		w.close()
	}
	err := w.connect()
	if err == nil && *path != "" {
		err = w.exchange()
	}
	if err != nil || !*keep {
		w.close()
	}
	return err
}

func (w *worker) run(number int, begin time.Time, reads int) {
	end := begin.Add(time.Duration(*seconds * float64(time.Second)))
	for n := 0; reads == 0 || n < reads; n++ {
		due := time.Now()
		if *rate > 0 {
			due = begin.Add(time.Duration(float64(n**workers+number) / *rate * float64(time.Second)))
			time.Sleep(time.Until(due))
		}
		if due.After(end) {
			break
		}
		if err := w.read(); err != nil {
			w.failed++
			w.reason = err.Error()
			continue
		}
		w.took = append(w.took, time.Since(due).Seconds()*1000)
	}
	w.close()
}

func read() {
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nX-KMS-Token: %s\r\n\r\n", *path, *address, *token)
	all := make([]worker, *workers)
	var done sync.WaitGroup
	for number := range all {
		w := &all[number]
		w.request = []byte(request)
		w.config = &tls.Config{InsecureSkipVerify: true, MaxVersion: uint16(*most)}
		if *resume {
			w.config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		}
		if *keep {
			_ = w.connect()
		}
	}
	begin := time.Now()
	for number := range all {
		w := &all[number]
		done.Go(func() { w.run(number, begin, *count / *workers) })
	}
	done.Wait()
	took := []float64{}
	total := worker{}
	for _, w := range all {
		took = append(took, w.took...)
		total.failed += w.failed
		total.resumed += w.resumed
		total.lost += w.lost
		if w.reason != "" {
			total.reason = w.reason
		}
	}
	sort.Float64s(took)
	at := func(part float64) float64 {
		if len(took) == 0 {
			return 0
		}
		return took[int(part*float64(len(took)-1))]
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"reads": len(took), "rate": float64(len(took)) / time.Since(begin).Seconds(),
		"p50": at(0.5), "p99": at(0.99), "p999": at(0.999), "max": at(1),
		"failed": total.failed, "resumed": total.resumed, "lost": total.lost, "reason": total.reason,
	})
}

func generate() (key crypto.Signer, kind string, der []byte, err error) {
	if *write == "rsa" {
		made, err := rsa.GenerateKey(rand.Reader, 2048)
		return made, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(made), err
	}
	made, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err == nil {
		der, err = x509.MarshalECPrivateKey(made)
	}
	return made, "EC PRIVATE KEY", der, err
}

// Writes to standard output.
func writeCertificate() error {
	key, kind, der, err := generate()
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "benchmark"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(0, 3, 0),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	for _, block := range []*pem.Block{{Type: "CERTIFICATE", Bytes: signed}, {Type: kind, Bytes: der}} {
		if err = pem.Encode(os.Stdout, block); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	flag.Parse()
	if *write == "" {
		read()
	} else if err := writeCertificate(); err != nil {
		log.Fatal(err)
	}
}
