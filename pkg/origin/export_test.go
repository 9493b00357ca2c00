package origin

// Locks is locks, for tests.
var Locks = locks
