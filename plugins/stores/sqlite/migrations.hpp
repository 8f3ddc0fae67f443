// The statements that lead from one version of the tables to the next.
#pragma once

#include "database.hpp"

namespace weft::sqlite {

inline constexpr int64_t schema_version = 2;

// From version `from` to `from` + 1. Requires: a transaction is open; 0 <= from < schema_version.
Result<void> migrate(Database& db, int64_t from);

}  // namespace weft::sqlite
