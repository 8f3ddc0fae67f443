// Shipment: what an exported file holds, read and checked, before anything of it enters a store.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "base/doc.hpp"
#include "travel/archive.hpp"
#include "travel/history.hpp"

namespace weft::travel {

struct Shipment {
  struct Run {
    std::string_view id;
    base::Doc summary;
    uint64_t first = 0, last = 0;           // sequences
    std::vector<std::string_view> records;  // one each
    std::optional<Branch> base;
  };
  std::map<std::string_view, std::string_view> definitions, blobs;  // by hash, as parts of the file
  std::vector<Run> runs;                                            // bases first
  base::Digest head{};
};

// Views lead into the file, which outlives the shipment.
Result<Shipment> read_shipment(std::string_view file);

}  // namespace weft::travel
