#include "travel/archive.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace weft::travel {
namespace {

constexpr std::string_view magic("weft export 1\r\n\0", 16);

// The 48 bytes before name and body, each of which is filled with zeros to a multiple of 8.
struct PartHeader {
  uint32_t kind, name_bytes;
  uint64_t body_bytes;
  base::Digest hash;
};
static_assert(sizeof(PartHeader) == 48);

uint64_t padded(uint64_t bytes) { return (bytes + 7) & ~uint64_t{7}; }

bool is_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

}  // namespace

Chain::Chain() : head_(base::sha256(magic)) {}

const base::Digest& Chain::add(const Part& part) {
  const auto kind = static_cast<uint32_t>(part.kind);
  const auto name_bytes = static_cast<uint32_t>(part.name.size());
  const uint64_t body_bytes = part.body.size();
  base::Sha256 sha;
  sha.update(head_.data(), head_.size());
  sha.update(&kind, sizeof kind);
  sha.update(&name_bytes, sizeof name_bytes);
  sha.update(&body_bytes, sizeof body_bytes);
  sha.update(part.name);
  sha.update(part.body);
  head_ = sha.finish();
  return head_;
}

Result<void> ArchiveWriter::add(const Part& part) {
  if (parts_ == 0) {
    if (auto written = (*write_)(magic); !written) return written;
  }
  if (auto written = put(part); !written) return written;
  ++parts_;
  return {};
}

Result<void> ArchiveWriter::put(const Part& part) {
  const PartHeader header{static_cast<uint32_t>(part.kind), static_cast<uint32_t>(part.name.size()),
                          part.body.size(), chain_.add(part)};
  buffer_.assign(sizeof header, '\0');
  std::memcpy(buffer_.data(), &header, sizeof header);
  for (const std::string_view bytes : {part.name, part.body}) {
    buffer_.append(bytes);
    buffer_.append(padded(bytes.size()) - bytes.size(), '\0');
  }
  return (*write_)(buffer_);
}

Result<void> ArchiveWriter::finish() {
  const uint64_t parts = parts_;
  std::array<char, sizeof parts> body{};
  std::memcpy(body.data(), &parts, sizeof parts);
  return put({PartKind::head, {}, {body.data(), body.size()}});
}

Error ArchiveReader::damaged(std::string_view what) const {
  return {Status::corrupt, "import.damaged",
          "part " + std::to_string(parts_ + 1) + " of the file, " + std::string(what),
          "export the run again; what comes before that part is good"};
}

std::string ArchiveReader::word_of(PartKind kind) const {
  constexpr std::array<std::string_view, 6> words{"",      "a definition", "a blob",
                                                  "a run", "record ",      "the head"};
  std::string word(words[static_cast<size_t>(kind)]);
  if (kind == PartKind::record) {
    word += std::to_string(records_ + 1) + " of run '" + std::string(run_) + "'";
  }
  return word;
}

Result<Part> ArchiveReader::next() {
  if (at_ == 0) {
    if (!file_.starts_with(magic)) {
      return Error{Status::corrupt, "import.no_export", "the file is no exported run",
                   "'weft export RUN -o FILE' writes one"};
    }
    at_ = magic.size();
  }
  PartHeader header;
  if (file_.size() - at_ < sizeof header) return damaged("is missing: the file was cut short");
  std::memcpy(&header, file_.data() + at_, sizeof header);
  const uint64_t rest = file_.size() - at_ - sizeof header;
  const bool is_known = header.kind >= 1 && header.kind <= static_cast<uint32_t>(PartKind::head);
  if (!is_known) return damaged("is of a kind that this version lacks");
  const auto kind = static_cast<PartKind>(header.kind);
  const std::string word = word_of(kind);
  if (header.body_bytes > rest || padded(header.name_bytes) > rest - header.body_bytes ||
      padded(header.name_bytes) + padded(header.body_bytes) > rest) {
    return damaged(word + ", was cut short");
  }
  const std::string_view bytes = file_.substr(at_ + sizeof header);
  const Part part{kind, bytes.substr(0, header.name_bytes),
                  bytes.substr(padded(header.name_bytes), header.body_bytes)};
  const uint64_t end = padded(header.name_bytes) + header.body_bytes;
  if (!is_zero(bytes.substr(header.name_bytes, padded(header.name_bytes) - header.name_bytes)) ||
      !is_zero(bytes.substr(end, padded(header.body_bytes) - header.body_bytes)) ||
      chain_.add(part) != header.hash) {
    return damaged(word + ", is not as it was written");
  }
  at_ += sizeof header + padded(header.name_bytes) + padded(header.body_bytes);
  if (kind == PartKind::head) return finish(part);
  if (kind == PartKind::record) ++records_;
  if (kind == PartKind::run) {
    run_ = part.name;
    records_ = 0;
  }
  ++parts_;
  return part;
}

Result<Part> ArchiveReader::finish(const Part& head) {
  uint64_t parts = 0;
  if (head.body.size() == sizeof parts) std::memcpy(&parts, head.body.data(), sizeof parts);
  if (parts != parts_ || !head.name.empty()) return damaged("the head, counts other parts");
  if (at_ != file_.size()) return damaged("the head, is not the end of the file");
  is_done_ = true;
  return head;
}

}  // namespace weft::travel
