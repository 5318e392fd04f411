package main

import (
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const secret = "http://127.0.0.1:2025/secretsmanager/get?secretId=app/db&fields=AccountName,AccountPassword"

var tokenFile = strings.TrimPrefix(cmp.Or(os.Getenv("KMS_TOKEN"), "/var/run/kmstoken/token"), "file://")

// A transport of its own uses no proxy.
var agent = &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{}}

type account struct{ AccountName, AccountPassword, version string }

// read gives name and password of one version, or whether another attempt may succeed.
func read(ctx context.Context, rejected string) (found account, passing bool, err error) {
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		return found, true, err
	}
	request, err := http.NewRequestWithContext(ctx, "GET", secret+rejected, nil)
	if err != nil {
		return found, false, err
	}
	request.Header.Set("X-KMS-Token", strings.TrimSpace(string(token)))
	answer, err := agent.Do(request)
	if err != nil {
		return found, true, err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case 200:
		err = json.NewDecoder(answer.Body).Decode(&found)
		found.version = answer.Header.Get("X-KMS-Version-Id")
		return found, true, err
	case 409, 429, 502, 503, 504:
		return found, true, fmt.Errorf("app/db: %s", answer.Status)
	default:
		return found, false, fmt.Errorf("app/db: %s", answer.Status)
	}
}

// connector logs each new connection in with the name and the password of one version.
type connector struct {
	config *pgx.ConnConfig
	trial  sync.Mutex
}

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	rejected, end := "", time.Now().Add(30*time.Second)
	connection, again, err := c.logIn(ctx, &rejected)
	if again { // One at a time: many refused logins could lock the account.
		c.trial.Lock()
		defer c.trial.Unlock()
	}
	for again && ctx.Err() == nil && time.Now().Before(end) {
		if rejected == "" {
			time.Sleep(time.Second)
		}
		connection, again, err = c.logIn(ctx, &rejected)
	}
	return connection, err
}

func (c *connector) logIn(ctx context.Context, rejected *string) (driver.Conn, bool, error) {
	found, passing, err := read(ctx, *rejected)
	if err != nil {
		*rejected = "" // It may be accepted next: the database may change after KMS.
		return nil, passing, err
	}
	config := c.config.Copy()
	config.User, config.Password = found.AccountName, found.AccountPassword
	connection, err := stdlib.GetConnector(*config).Connect(ctx)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "28P01" {
		*rejected += "&rejected=" + found.version
		return nil, true, err
	}
	return connection, false, err
}

func (c *connector) Driver() driver.Driver { return stdlib.GetDefaultDriver() }
