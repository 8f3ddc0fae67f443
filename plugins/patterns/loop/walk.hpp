// Walk: a loop on its way. What its latest iterations did stands in the table, a lane for each; the
// memo holds what is older than that, and what the table does not say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weft/sdk.hpp>

#include "alarms.hpp"
#include "form.hpp"

namespace loop {

// Why no more iterations begin.
enum class By : uint8_t { open, exhausted, condition, breaks, most, limit, error, enough };
std::string_view to_text(By by);

struct Ending {
  By by = By::open;
  uint32_t node = none;       // of the table, whose error it is
  std::string code, message;  // of an error of its own; the message of a break condition
};

class Walk final {
 public:
  explicit Walk(Form form) : form_(std::move(form)) {}

  void recall(const weft::sdk::Frame& frame);
  void step(std::span<const weft_fact> facts, const weft::sdk::Frame& frame,
            weft::sdk::Commands& commands);

 private:
  // An iteration that has not ended.
  struct Flight {
    uint32_t index = 0;
    uint32_t at = 0;         // the part that runs
    uint32_t failed = none;  // the node that failed it
    bool waits = false;      // for those before it, to be reduced in order
  };

  // recall.cpp
  void recall_flights();
  bool recall_flight(Flight& flight) const;
  bool is_touched(uint32_t index, uint32_t node) const;
  weft::Value result_of(uint32_t index) const;
  weft::Value record_of(uint32_t index) const;
  bool is_lost(uint32_t index) const;
  weft::Value latest_result();

  // walk.cpp
  void begin(const weft_fact& fact);
  void set_up();
  bool measure();
  int64_t number(const Number& said) const;
  void ended(const weft_fact& fact);
  void fired();
  void go_on();
  bool may_launch() const;
  void launch();
  void start(Flight& flight, uint32_t part);
  void went(Flight& flight, uint32_t status);
  bool leave(Flight& flight, bool failed);
  void next_of_body(Flight& flight);
  void after_body(Flight& flight);
  void reduce(Flight& flight);
  void ask_next(Flight& flight);
  void complete(uint32_t index, uint32_t failed);
  void fold();
  void count_usage(uint32_t node);
  weft::Value bindings(const Flight& flight, const Part& part) const;
  void write_value(uint32_t index, weft::Builder& out) const;

  // ending.cpp
  void end(By by, std::string_view message = {});
  void end_enough();
  void fail(Ending ending);
  void cancelled();
  void conclude();
  void give();
  std::vector<weft::Value> all_of_all() const;
  weft::Value about(const std::vector<weft::Value>& records) const;
  void write_metadata(weft::Builder& out) const;
  void write_error(uint32_t node, weft::Builder& out) const;
  std::string_view exceeded() const;
  struct Changes {
    weft::Value levels, error, last;
    uint32_t error_index = 0;
  };
  void remember(const Changes& changes);
  void write_memo(const Changes& changes, weft::Builder& out) const;

  uint32_t status(uint32_t index, uint32_t node) const {
    return frame_->status(form_.node_at(index, node));
  }
  bool is_collecting() const { return form_.recalls || is_gathering(); }
  bool is_gathering() const {
    return form_.collects() && !(form_.keep == Keep::last && form_.kept == 0) &&
           !(form_.keep == Keep::first && gathered_ >= form_.kept);
  }
  Flight* find(uint32_t index);
  void drop(uint32_t index);
  bool is_failing() const { return ending_.by == By::error || ending_.by == By::limit; }
  // Nobody needs the instances that are still under way.
  bool is_leaving() const { return ending_.by == By::enough && form_.cancels_rest; }

  Form form_;
  std::vector<uint32_t> setup_;  // nodes that are evaluated before the first iteration
  uint32_t set_up_ = 0;          // of them
  bool is_measured_ = false;
  int64_t total_ = unlimited, from_ = 0, by_ = 1;
  uint32_t first_step_ = 0;  // of the body of the first iteration
  uint32_t started_ = 0, folded_ = 0;
  uint64_t gathered_ = 0;    // results that the memo holds
  uint32_t reduced_ = none;  // the iteration whose reduction holds what is accumulated
  uint32_t failures_ = 0;
  std::vector<Flight> flights_;
  std::vector<uint32_t> left_;  // instances whose last steps were told not to begin
  Alarms alarms_;
  Ending ending_;
  int64_t used_steps_ = 0, used_tokens_ = 0, used_bytes_ = 0;
  double used_cost_ = 0;

  // Lent for one call.
  const weft::sdk::Frame* frame_ = nullptr;
  weft::sdk::Commands* commands_ = nullptr;
  weft::Value memo_;
  bool is_closed_ = false;
  bool is_cancelled_ = false;  // it was asked to end
};

}  // namespace loop
