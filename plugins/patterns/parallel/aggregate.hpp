// Aggregate: one value made of the results of the branches that succeeded.
#pragma once

#include <string_view>
#include <vector>

#include <weft/sdk.hpp>

namespace parallel {

struct Success {
  weft::Value result;
  double weight = 1;
};

// The mean of numbers, or of each key of objects over those that have it.
weft::Result<weft::Value> weighted_mean(const std::vector<Success>& from, weft::Arena arena);

// A registered aggregator: its name, or {name: options}.
weft::Result<weft::Value> aggregate(weft::Value named, const std::vector<Success>& from,
                                    weft::Arena arena);

}  // namespace parallel
