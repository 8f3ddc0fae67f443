// Gather: the results that the table no longer holds, as lists of lists in the memo.
#pragma once

#include <vector>

#include <weft/sdk.hpp>

namespace loop {

// Lists of results, the newest of them first level by level: sixteen lists of one level become one
// of the next, so that a memo stays small however many there are.
weft::Value add_chunk(weft::Value levels, const std::vector<weft::Value>& results,
                      weft::Builder& out);
// The same, without the oldest lists that the last results do not need; only for a few of them.
weft::Value add_to_last(weft::Value levels, const std::vector<weft::Value>& results, uint32_t kept,
                        weft::Builder& out);

// All results in their order.
void flatten(weft::Value levels, std::vector<weft::Value>& to);

}  // namespace loop
