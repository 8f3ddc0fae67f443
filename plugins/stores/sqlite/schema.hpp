// The tables of the file and the way from an older version of them to this one.
#pragma once

#include "database.hpp"

namespace weft::sqlite {

// Makes the tables in an empty file, or brings older ones forward. FAILED when the file was written
// by a newer weft or holds something else.
Result<void> prepare_schema(Database& db);

}  // namespace weft::sqlite
