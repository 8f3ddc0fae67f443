#include <weft/kernel.hpp>

#include "base/blocks.hpp"
#include "base/doc.hpp"
#include "base/json.hpp"
#include "kernel_rooms.hpp"

namespace weft {

struct Document::Body {
  base::Doc doc;
};

Document::Document() = default;
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Document DocumentAccess::wrap(base::Doc doc) {
  Document document;
  document.body_ = std::make_unique<Document::Body>(Document::Body{std::move(doc)});
  return document;
}

Result<Document> Document::parse_json(std::string_view text) {
  base::Blocks blocks;
  const auto value = base::parse_json(text, blocks.arena());
  if (!value) return value.error();
  auto doc = base::try_pack(*value);
  if (!doc) return doc.error();
  return DocumentAccess::wrap(std::move(*doc));
}

Document Document::copy(Value value) {
  auto doc = base::try_pack(value.exists() ? value : null_value());
  return DocumentAccess::wrap(doc ? std::move(*doc) : base::Doc());
}

Value Document::view() const { return body_ != nullptr ? body_->doc.view() : null_value(); }

std::string Document::to_json(bool pretty) const { return weft::to_json(view(), pretty); }

std::string to_json(Value value, bool pretty) {
  return base::json_text(value, {.indent = pretty ? 2U : 0U});
}

}  // namespace weft
