// Exchange: runs as they leave a store and enter another one.
#pragma once

#include <string_view>

#include <weft/travel.hpp>

#include "event/record.hpp"
#include "journal/store.hpp"
#include "travel/archive.hpp"

namespace weft::travel {

// Everything of a run and its bases. Records that are damaged are not exported.
Result<Exported> export_run(journal::Store& store, std::string_view run,
                            const ArchiveWriter::Write& write);

// All of a file that the store does not have yet, in one commit; or nothing, and why. A head that
// is not empty must be that of the file.
Result<Imported> import_run(journal::Store& store, std::string_view file, std::string_view head);

// The key under which a store keeps the payload of a record that only refers to it; empty when the
// payload is in the record.
std::string blob_key(const event::Reader::Record& record);

}  // namespace weft::travel
