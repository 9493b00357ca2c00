//go:build !anchore_public

package anchore

import (
	"fmt"

	v6 "github.com/anchore/grype/grype/db/v6"
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
)

// InTransaction has a store that is written to keep all that write adds in one transaction. Grype's store makes one of every row, asks SQLite
// to return the row, and keeps what would undo it, which takes twice as long. When write fails, the store is to be thrown away.
func InTransaction(store v6.ReadWriter, write func() error) error {
	low, ok := store.(interface{ GetDB() *gorm.DB })
	if !ok {
		return fmt.Errorf("preparing the advisory database: grype's writer %T does not give its database", store)
	}
	db := low.GetDB()
	pool, err := db.DB()
	if err != nil {
		return fmt.Errorf("preparing the advisory database: %w", err)
	}
	pool.SetMaxOpenConns(1) // which has the transaction
	db.SkipDefaultTransaction = true
	if err := db.Callback().Create().Replace("gorm:create", callbacks.Create(&callbacks.Config{})); err != nil {
		return fmt.Errorf("preparing the advisory database: %w", err)
	}
	for _, statement := range []string{"PRAGMA journal_mode = OFF", "PRAGMA foreign_keys = OFF", "BEGIN"} {
		if err := db.Exec(statement).Error; err != nil {
			return err
		}
	}
	failed := write()
	if err := db.Exec("COMMIT").Error; failed == nil {
		return err
	}
	return failed
}
