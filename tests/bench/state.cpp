// What it costs to copy the state of a run, and to keep it on disk.
#include <cstring>
#include <filesystem>

#include "base/json.hpp"
#include "bench.hpp"
#include "state/state.hpp"
#include "world.hpp"

namespace bench {
namespace {

using namespace weft;
using event::Type;
using Bindings = std::shared_ptr<const engine::Bindings>;

// A state in which every step of the outermost block has ended with a result.
void finish_all(state::State& state, Value result) {
  const auto tell = [&](Type type, uint32_t frame, uint32_t node, Value payload) {
    event::Event e{type, 0, 1, frame, node, 0, state.seq + 1, 1, nullptr};
    if (payload.exists()) e.payload = must(state.vault.store(e.seq, payload)).root;
    state::fold(state, e);
  };
  const weft_slot opened{WEFT_I64, 0, 0, 0, {state::frame_payload(event::no_frame, 0)}};
  tell(Type::frame_opened, 0, event::no_node, Value(&opened));
  for (uint32_t n = 0; n < state.frames[0].count; ++n) {
    tell(Type::step_started, 0, n, {});
    tell(Type::step_succeeded, 0, n, result);
  }
}

std::vector<Figure> fork() {
  World world("memory:");
  const Bindings bindings = world.load(sequence_of(100'000, "noop"));
  state::Pages pages;
  state::State base(bindings->plan, pages);
  base::Blocks blocks;
  finish_all(base,
             must(base::parse_json(R"({"n":1,"text":"a result of a step"})", blocks.arena())));
  std::vector<double> copies, bytes;
  std::vector<char> to(base.frames[0].memory_bytes);
  for (int i = 0; i < 41; ++i) {
    const auto start = Clock::now();
    {
      state::State copy(bindings->plan, pages);
      state::copy(base, copy);
      copies.push_back(ns_since(start) / 1e6);
      if (copy.frames[0].status[99'999] != WEFT_NODE_SUCCEEDED) stop("a fork lost a step");
    }
    const auto bare = Clock::now();
    std::memcpy(to.data(), base.frames[0].memory, to.size());
    bytes.push_back(ns_since(bare) / 1e6);
  }
  return {{"fork.ms", median(copies), "ms", median(bytes), "copying the bytes of the table", 1}};
}

std::vector<Figure> disk() {
  const std::string path = scratch_file("disk.db");
  constexpr uint32_t n = 20'000;
  {
    World world("sqlite:" + path);
    std::string text = sequence_of(n, "echo");
    const std::string from = R"("tool": "echo")";
    const std::string to =
        from + R"(, "parameters": {"input": {"n": 1, "text": "small, as most"}})";
    for (size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
    const auto ticket = world.submit(world.load(text));
    world.wait(*ticket);
    must(world.store->tend());
  }
  double bytes = 0;
  for (const char* tail : {"", "-wal"}) {
    std::error_code none;
    const auto size = std::filesystem::file_size(path + tail, none);
    if (!none) bytes += static_cast<double>(size);
  }
  remove_store(path);
  return {{"disk.bytes_per_step", bytes / n, "bytes", 2 * sizeof(event::Header),
           "the heads of its two records", 1024}};
}

constexpr Case cases[] = {{"fork.ms", fork}, {"disk.bytes_per_step", disk}};

}  // namespace

std::span<const Case> state_cases() { return cases; }

}  // namespace bench
