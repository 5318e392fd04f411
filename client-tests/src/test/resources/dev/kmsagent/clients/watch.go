package main

import (
	"cmp"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

var tokenFile = strings.TrimPrefix(cmp.Or(os.Getenv("KMS_TOKEN"), "/var/run/kmstoken/token"), "file://")

// A transport of its own uses no proxy.
var client = &http.Client{Timeout: 75 * time.Second, Transport: &http.Transport{}}

// watch calls use with the value, and again each time that the secret has changed.
func watch(secret, field string, use func(string)) {
	query := url.Values{"secretId": {secret}, "field": {field}}
	address := "http://127.0.0.1:2025/secretsmanager/get?" + query.Encode()
	for etag := `""`; ; {
		pause := 1
		answer, text, err := ask(address, etag)
		switch {
		case err != nil:
			log.Print(secret, ": ", err)
			pause = 5
		case answer.StatusCode == 200:
			use(text)
			etag = answer.Header.Get("ETag")
		case answer.StatusCode != 304:
			log.Print(secret, ": ", answer.Status, " ", text)
			if pause, err = strconv.Atoi(answer.Header.Get("Retry-After")); err != nil {
				pause = 5
			}
		}
		time.Sleep(time.Duration(pause) * time.Second)
	}
}

func ask(address, etag string) (*http.Response, string, error) {
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		return nil, "", err
	}
	request, err := http.NewRequest("GET", address, nil)
	if err != nil {
		return nil, "", err
	}
	request.Header.Set("X-KMS-Token", strings.TrimSpace(string(token)))
	request.Header.Set("If-None-Match", etag)
	request.Header.Set("Prefer", "wait=55")
	answer, err := client.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer, string(text), err
}

func main() {
	watch("app", "password", func(password string) { fmt.Println(password) })
}
