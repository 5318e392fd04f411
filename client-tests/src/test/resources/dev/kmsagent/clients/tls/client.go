package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

BELOW

func main() {
	client := &http.Client{Transport: &http.Transport{ADDED}}
	request, err := http.NewRequest("GET", os.Getenv("KMS_URL")+"/secretsmanager/get?secretId=app&field=password", nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("X-KMS-Token", os.Getenv("TOKEN"))
	answer, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
}
