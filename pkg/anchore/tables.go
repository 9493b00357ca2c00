//go:build !anchore_public

package anchore

import (
	"fmt"
	"reflect"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
)

// smallTables are the tables of a few rows that grype reads again for every package that it finds something about.
var smallTables = map[string]bool{
	"providers": true, "operating_systems": true, "operating_system_specifier_overrides": true, "package_specifier_overrides": true,
}

// rememberSmallTables makes a database answer a query to a small table once and from memory afterwards. An open
// database does not change.
func rememberSmallTables(db *gorm.DB) error {
	var answers sync.Map // of reflect.Value, slices, by query
	err := db.Callback().Query().Replace("gorm:query", func(tx *gorm.DB) {
		rows := tx.Statement.ReflectValue
		if tx.Error != nil || !smallTables[tx.Statement.Table] || len(tx.Statement.Preloads) > 0 || rows.Kind() != reflect.Slice || !rows.CanSet() {
			callbacks.Query(tx)
			return
		}
		callbacks.BuildQuerySQL(tx)
		key := fmt.Sprintf("%s %s %q", rows.Type(), tx.Statement.SQL.String(), tx.Statement.Vars)
		if known, ok := answers.Load(key); ok {
			rows.Set(cloneSlice(known.(reflect.Value)))
			tx.RowsAffected = int64(rows.Len())
			return
		}
		callbacks.Query(tx)
		if tx.Error == nil {
			answers.Store(key, cloneSlice(rows))
		}
	})
	if err != nil {
		return fmt.Errorf("preparing the advisory database: %w", err)
	}
	return nil
}

func cloneSlice(s reflect.Value) reflect.Value {
	out := reflect.MakeSlice(s.Type(), s.Len(), s.Len())
	reflect.Copy(out, s)
	return out
}
