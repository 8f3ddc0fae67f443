#include "base/doc.hpp"

#include <cstdlib>
#include <utility>

#include "base/check.hpp"
#include "base/pack.hpp"

namespace weft::base {
namespace {

void WEFT_CC free_doc(weft_doc* doc) noexcept {
  std::free(doc->owner);
  *doc = {};
}

Doc pack_measured(Value value, uint64_t bytes) {
  Doc doc(bytes);
  pack_into(value, doc.data());
  return doc;
}

}  // namespace

Doc::Doc(uint64_t bytes) : data_(std::malloc(bytes)), bytes_(bytes) {
  check(data_ != nullptr || bytes == 0, "memory is at its end");
}

Doc::~Doc() { std::free(data_); }

Doc::Doc(Doc&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Doc& Doc::operator=(Doc&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

weft_doc Doc::release() {
  const weft_doc doc{raw(), data_, free_doc};
  data_ = nullptr;
  bytes_ = 0;
  return doc;
}

Doc pack(Value value) {
  const uint64_t bytes = packed_bytes(value);
  check(bytes != unpackable, "a value to pack is within the limits");
  return pack_measured(value, bytes);
}

Result<Doc> try_pack(Value value) {
  const uint64_t bytes = packed_bytes(value);
  if (bytes != unpackable) return pack_measured(value, bytes);
  return Error{
      .status = Status::limit,
      .code = "value.too_large",
      .message = "the value is deeper than 64 levels or larger than 64 MB",
      .hint = "pass large content as a file or blob, and do not wrap each result in the next"};
}

}  // namespace weft::base
