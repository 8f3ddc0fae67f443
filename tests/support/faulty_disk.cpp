#include "faulty_disk.hpp"

#include <algorithm>

namespace weft::test {
namespace {

constexpr uint64_t sector = 512;

void change_to(std::string& content, const DiskFile::Change& change) {
  if (change.is_truncation) return content.resize(change.offset, '\0');
  const uint64_t end = change.offset + change.bytes.size();
  if (content.size() < end) content.resize(end, '\0');
  content.replace(change.offset, change.bytes.size(), change.bytes);
}

// Each sector of the change reaches the disk or not, as the coin says.
void change_torn(std::string& content, const DiskFile::Change& change, std::mt19937_64& coin) {
  if (change.is_truncation) {
    if ((coin() & 1U) != 0) change_to(content, change);
    return;
  }
  const uint64_t end = change.offset + change.bytes.size();
  for (uint64_t at = change.offset; at < end;) {
    const uint64_t next = std::min(end, (at / sector + 1) * sector);
    if ((coin() & 1U) != 0) {
      change_to(content, {false, at, change.bytes.substr(at - change.offset, next - at), 0});
    }
    at = next;
  }
}

// Requires: at least one sector.
DiskFile::Change first_sectors(DiskFile::Change change, uint64_t sectors) {
  const uint64_t end = (change.offset / sector + sectors) * sector;
  if (end < change.offset + change.bytes.size()) change.bytes.resize(end - change.offset);
  return change;
}

std::string left_of(const DiskFile& file, const Survival& survival, std::mt19937_64& coin) {
  if (survival.kind == Survival::Kind::everything) return file.seen;
  std::string content = file.synced;
  if (survival.kind == Survival::Kind::nothing) return content;
  for (const DiskFile::Change& change : file.unsynced) {
    if (survival.kind == Survival::Kind::some) {
      change_torn(content, change, coin);
    } else if (change.order == survival.torn) {
      change_to(content, first_sectors(change, survival.sectors));
    } else if (!survival.lost.contains(change.order)) {
      change_to(content, change);
    }
  }
  return content;
}

}  // namespace

uint64_t DiskFile::Change::sectors() const {
  if (is_truncation || bytes.empty()) return 1;
  return (offset + bytes.size() - 1) / sector - offset / sector + 1;
}

void Disk::plan(Fault fault, uint64_t point) {
  fault_ = fault;
  at_ = point;
  points_ = 0;
}

Fault Disk::step() {
  if (is_dead_) return Fault::power;
  ++points_;
  if (fault_ == Fault::none || points_ != at_) return Fault::none;
  is_dead_ = fault_ == Fault::power;
  return fault_;
}

void Disk::restart(const Survival& survival) {
  std::mt19937_64 coin(survival.seed);
  Names left =
      survival.kind == Survival::Kind::everything || survival.kind == Survival::Kind::chosen
          ? names_
          : synced_names_;
  if (survival.kind == Survival::Kind::some) {
    for (const auto& [name, file] : names_) {
      if (!synced_names_.contains(name) && (coin() & 1U) != 0) left[name] = file;
    }
    for (const auto& [name, file] : synced_names_) {
      if (!names_.contains(name) && (coin() & 1U) != 0) left.erase(name);
    }
  }
  names_.clear();
  for (const auto& [name, file] : left) {
    auto fresh = std::make_shared<DiskFile>();
    fresh->seen = fresh->synced = left_of(*file, survival, coin);
    names_[name] = std::move(fresh);
  }
  synced_names_ = names_;
  is_dead_ = false;
  plan(Fault::none, 0);
}

std::string_view Disk::content(const std::string& name) const {
  const File file = find(name);
  return file ? std::string_view(file->seen) : std::string_view();
}

Disk::File Disk::find(const std::string& name) const {
  const auto it = names_.find(name);
  return it != names_.end() ? it->second : nullptr;
}

Fault Disk::create(const std::string& name, File& file) {
  if (const Fault fault = step(); fault != Fault::none) return fault;
  file = names_[name] = std::make_shared<DiskFile>();
  tell(false);
  return Fault::none;
}

Fault Disk::remove(const std::string& name, bool sync_folder) {
  if (const Fault fault = step(); fault != Fault::none) return fault;
  names_.erase(name);
  if (sync_folder) synced_names_ = names_;
  tell(sync_folder);
  return Fault::none;
}

Fault Disk::write(DiskFile& file, uint64_t offset, std::string_view bytes) {
  return change(file, {false, offset, std::string(bytes)});
}

Fault Disk::truncate(DiskFile& file, uint64_t size) { return change(file, {true, size, {}}); }

// When the power goes, the change under way is one of those of which anything may have arrived.
Fault Disk::change(DiskFile& file, DiskFile::Change change) {
  const bool was_dead = is_dead_;
  const Fault fault = step();
  if (was_dead || fault == Fault::error || fault == Fault::full) return fault;
  change.order = ++changes_;
  file.unsynced.push_back(std::move(change));
  change_to(file.seen, file.unsynced.back());
  tell(false);
  return fault;
}

Fault Disk::sync(DiskFile& file, bool sync_folder) {
  if (const Fault fault = step(); fault != Fault::none) return fault;
  file.synced = file.seen;
  file.unsynced.clear();
  if (sync_folder) synced_names_ = names_;
  tell(true);
  return Fault::none;
}

void Disk::tell(bool was_synced) {
  if (on_point) on_point(was_synced);
}

Disk::State Disk::picture() const {
  State state;
  for (const auto& [name, file] : names_) state.names[name] = *file;
  for (const auto& [name, file] : synced_names_) state.synced_names[name] = *file;
  return state;
}

void Disk::put(const State& state) {
  names_.clear();
  synced_names_.clear();
  for (const auto& [name, file] : state.names) names_[name] = std::make_shared<DiskFile>(file);
  for (const auto& [name, file] : state.synced_names) {
    const File same = find(name);
    synced_names_[name] = same ? same : std::make_shared<DiskFile>(file);
  }
}

}  // namespace weft::test
