// Makes a small vulnerability database for trivy: advisories for npm packages as JSON on stdin, the cache folder as argument.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/aquasecurity/trivy-db/pkg/db"
	"github.com/aquasecurity/trivy-db/pkg/metadata"
	"github.com/aquasecurity/trivy-db/pkg/types"
	bolt "go.etcd.io/bbolt"
)

type advisory struct {
	ID         string `json:"id"`
	Package    string `json:"package"`
	Title      string `json:"title"`
	Severity   string `json:"severity"`
	Vulnerable string `json:"vulnerable"`
	Patched    string `json:"patched"`
}

// Trivy asks for all buckets that begin with the ecosystem.
const bucket = "npm::GitHub Security Advisory npm"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: trivy-database CACHE_FOLDER < advisories.json")
	}
	var advisories []advisory
	if err := json.NewDecoder(os.Stdin).Decode(&advisories); err != nil {
		return fmt.Errorf("advisories: %w", err)
	}
	dir := filepath.Join(os.Args[1], "db")
	if err := db.Init(dir); err != nil {
		return err
	}
	defer db.Close()
	source := types.DataSource{ID: "ghsa", Name: "GitHub Security Advisory npm", URL: "https://github.com/advisories?query=type%3Areviewed+ecosystem%3Anpm"}
	config := db.Config{}
	err := config.BatchUpdate(func(tx *bolt.Tx) error {
		if err := config.PutDataSource(tx, bucket, source); err != nil {
			return err
		}
		for _, one := range advisories {
			severity, err := types.NewSeverity(one.Severity)
			if err != nil {
				return fmt.Errorf("%s: %w", one.ID, err)
			}
			detail := types.Advisory{VulnerableVersions: []string{one.Vulnerable}, PatchedVersions: []string{one.Patched}}
			if err := config.PutAdvisory(tx, []string{bucket, one.Package}, one.ID, detail); err != nil {
				return err
			}
			known := types.Vulnerability{Title: one.Title, Severity: one.Severity, VendorSeverity: types.VendorSeverity{"ghsa": severity}}
			if err := config.PutVulnerability(tx, one.ID, known); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	return metadata.NewClient(dir).Update(metadata.Metadata{
		Version: db.SchemaVersion, UpdatedAt: now, DownloadedAt: now, NextUpdate: now.Add(24 * time.Hour),
	})
}
