// Maker: turns a tree into a value; resolves aliases, tags and the core schema.
#pragma once

#include <cstdint>
#include <string>

#include <weft/value.hpp>

#include "tree.hpp"

namespace weft::yaml {

// Nodes that all aliases of a text together may stand for.
inline constexpr uint32_t alias_nodes_max = 10'000;
// Bytes of texts that they may repeat.
inline constexpr uint64_t alias_bytes_max = 16U << 20U;

class Maker final {
 public:
  Maker(const Tree& tree, Arena arena) : tree_(tree), builder_(arena) {}

  // Fills fault() when it answers false.
  bool make(uint32_t root, Value& out);
  const Fault& fault() const { return fault_; }

 private:
  bool put(uint32_t node);
  bool charge(const Part& node);
  bool put_alias(uint32_t node);
  bool put_map(const Part& map);
  bool put_list(const Part& list);
  bool put_scalar(const Part& scalar);
  bool put_meant(const Part& scalar);
  bool fits_tag(const Part& scalar);
  bool fail(const Part& node, std::string message, std::string hint);

  const Tree& tree_;
  Builder builder_;
  Fault fault_;
  uint32_t alias_ = nowhere;  // the outermost alias that is being expanded
  uint32_t alias_nodes_ = 0;
  uint64_t alias_bytes_ = 0;
};

}  // namespace weft::yaml
