// SPDX-License-Identifier: MIT

#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "seatfield/json.h"
#include "support/catch.h"

namespace seatfield {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kB = "01234567-89ab-cdef-0123-456789abcdef";
constexpr std::string_view kB2 = "00000000-0000-0000-0000-0000000000b2";

const BookingId kBooking = BookingId::Parse(kB).value();
const BookingId kOther = BookingId::Parse(kB2).value();

// `form` with each B as the booking and each C as the other one.
std::string Text(std::string_view form) {
  std::string out;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const std::string_view here = form.substr(i, 3);
    if (here == "\"B\"" || here == "\"C\"") {
      out.append("\"").append(here == "\"B\"" ? kB : kB2).append("\"");
      i += 2;
    } else {
      out += form[i];
    }
  }
  return out;
}

// A transaction of one step.
std::string OneStep(std::string_view step) {
  return Text(std::string(R"({"event":1,"steps":[)").append(step).append("]}"));
}

std::string ErrorIn(std::string_view text) {
  const auto transaction = ParseTransaction(text);
  return transaction.ok() ? "OK" : std::string(transaction.status().message());
}

std::string StepError(std::string_view step) { return ErrorIn(OneStep(step)); }

// --- Equality ---------------------------------------------------------------

bool SameFilters(const SeatMask* a, const SeatMask* b) {
  return (a == nullptr) == (b == nullptr) && (a == nullptr || *a == *b);
}

bool SamePlans(const Transaction& a, const Transaction::Step& of_a,
               const Transaction& b, const Transaction::Step& of_b) {
  if (of_a.plans.size != of_b.plans.size) return false;
  for (std::uint32_t i = 0; i < of_a.plans.size; ++i) {
    const SeatingPlan* const one = a.plan(of_a, i);
    const SeatingPlan* const two = b.plan(of_b, i);
    if ((one == nullptr) != (two == nullptr)) return false;
    if (one != nullptr && !(*one == *two)) return false;
  }
  return true;
}

bool SameSections(const Transaction& a, const Transaction::Step& of_a,
                  const Transaction& b, const Transaction::Step& of_b) {
  if (of_a.sections.size != of_b.sections.size) return false;
  for (std::uint32_t i = 0; i < of_a.sections.size; ++i) {
    if (a.section(of_a.sections.first + i).name() !=
        b.section(of_b.sections.first + i).name()) {
      return false;
    }
  }
  return true;
}

bool SameStep(const Transaction& a, const Transaction::Step& of_a,
              const Transaction& b, const Transaction::Step& of_b) {
  if (of_a.filters.size != of_b.filters.size) return false;
  for (std::uint32_t i = 0; i < of_a.filters.size; ++i) {
    if (!SameFilters(a.filter(of_a, i), b.filter(of_b, i))) return false;
  }
  return of_a.kind == of_b.kind && of_a.all_seats == of_b.all_seats &&
         of_a.booking == of_b.booking && of_a.buyer == of_b.buyer &&
         of_a.to_booking == of_b.to_booking && of_a.to_buyer == of_b.to_buyer &&
         of_a.hold_for == of_b.hold_for && of_a.reason == of_b.reason &&
         of_a.count == of_b.count && of_a.policy == of_b.policy &&
         SameSections(a, of_a, b, of_b) && SamePlans(a, of_a, b, of_b) &&
         std::ranges::equal(a.seats(of_a), b.seats(of_b)) &&
         std::ranges::equal(a.prices(of_a), b.prices(of_b)) &&
         std::ranges::equal(a.records(of_a), b.records(of_b));
}

bool Same(const Transaction& a, const Transaction& b) {
  if (a.event() != b.event() || a.id() != b.id() ||
      a.steps().size() != b.steps().size() ||
      a.preconditions().size() != b.preconditions().size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.steps().size(); ++i) {
    if (!SameStep(a, a.steps()[i], b, b.steps()[i])) return false;
  }
  for (std::size_t i = 0; i < a.preconditions().size(); ++i) {
    const auto& of_a = a.preconditions()[i];
    const auto& of_b = b.preconditions()[i];
    if (of_a.version != of_b.version ||
        a.section(of_a.section).name() != b.section(of_b.section).name()) {
      return false;
    }
  }
  return true;
}

// Writing `transaction` gives `text`, and reading it the same transaction.
void CheckForm(const Transaction& transaction, std::string_view form) {
  const std::string text = Text(form);
  CHECK(ToJson(transaction) == text);
  const auto read = ParseTransaction(text);
  INFO(ErrorIn(text));
  REQUIRE(read.ok());
  CHECK(Same(*read, transaction));
}

void CheckStep(const Transaction& transaction, std::string_view step) {
  CheckForm(transaction, OneStep(step));
}

Transaction Tx() { return Transaction(EventId{1}); }

// --- Forms ------------------------------------------------------------------

TEST_CASE("A transaction is one line with its id and conditions",
          "[json][transaction]") {
  Transaction transaction = Tx();
  transaction.SetId(TransactionId(0, 1))
      .Reserve({.booking = kBooking,
                .buyer = BuyerId{7},
                .section = "A-1",
                .seats = {{1, 2}, {1, 3}},
                .hold_for = 10min,
                .price = Price(3000),
                .prices = {}})
      .Finalize({.booking = kBooking, .section = {}, .seats = {}})
      .IfVersion("A-1", 3)
      .IfVersion("B.1", UINT64_MAX);
  CheckForm(
      transaction,
      R"({"event":1,"id":"00000000-0000-0000-0000-000000000001","steps":[)"
      R"({"reserve":{"booking":"B","buyer":7,"section":"A-1",)"
      R"("seats":["1-2","1-3"],"hold_for":"600s","price":3000}},)"
      R"({"finalize":{"booking":"B"}}],)"
      R"("if_version":{"A-1":3,"B.1":18446744073709551615}})");
}

TEST_CASE("Each kind of step has its form", "[json][transaction]") {
  CheckStep(Tx().Reserve({.booking = kBooking,
                          .buyer = BuyerId{INT64_MAX},
                          .section = "A-1",
                          .seats = {{1, 2}, {1, 3}},
                          .hold_for = kForever,
                          .price = {},
                          .prices = {Price(1), Price(2)}}),
            R"({"reserve":{"booking":"B","buyer":9223372036854775807,)"
            R"("section":"A-1","seats":["1-2","1-3"],"hold_for":"forever",)"
            R"("prices":[1,2]}})");

  auto filter = std::make_shared<SeatMask>(15);
  filter->Set(0);
  filter->Set(14);
  CheckStep(
      Tx().ReserveBest({.booking = kBooking,
                        .buyer = BuyerId{7},
                        .offers = {{"A-1", Price(3000), filter},
                                   {"A-2", Price(2000), nullptr}},
                        .count = 4,
                        .policy = {.largest_blocks_fallback = true},
                        .hold_for = 1500ms}),
      R"({"reserve_best":{"booking":"B","buyer":7,"offers":[)"
      R"({"section":"A-1","price":3000,"filter":{"seats":15,"hex":"8002"}},)"
      R"({"section":"A-2","price":2000}],"count":4,)"
      R"("policy":{"order":"first_fit","largest_blocks_fallback":true},)"
      R"("hold_for":"1500000us"}})");

  const auto plan = std::make_shared<const SeatingPlan>(*SeatingPlan::Create(
      {2, 3}, {.focal_columns = {1, 0},
               .row_ranks = {4, 0},
               .aisles = {1, 2},
               .scores = {-2147483647 - 1, 0, 1, 2, 3, 2147483647}}));
  CheckStep(Tx().ReserveBest({.booking = kBooking,
                              .buyer = BuyerId{7},
                              .offers = {{"A-1", Price(1), nullptr, plan}},
                              .count = 4,
                              .policy = {.order = BestPolicy::Order::kBest,
                                         .orphans = OrphanRule::kForbid,
                                         .allow_split = false,
                                         .allow_singles = true,
                                         .min_run = 3}}),
            R"({"reserve_best":{"booking":"B","buyer":7,"offers":[)"
            R"({"section":"A-1","price":1,"plan":{"rows":2,"seats_per_row":3,)"
            R"("focal_columns":[1,0],"row_ranks":[4,0],"aisles":[1,2],)"
            R"("scores":[-2147483648,0,1,2,3,2147483647]}}],"count":4,)"
            R"("policy":{"order":"best","largest_blocks_fallback":false,)"
            R"("orphans":"forbid","allow_split":false,"allow_singles":true,)"
            R"("min_run":3},"hold_for":"forever"}})");
  const auto middle = std::make_shared<const SeatingPlan>(
      *SeatingPlan::Create({2, 3}, {.focal_column = 2}));
  CheckStep(Tx().Reserve({.booking = kBooking,
                          .section = "A-1",
                          .seats = {{1, 2}},
                          .hold_for = kForever,
                          .orphans = OrphanRule::kAvoid,
                          .min_run = 4,
                          .plan = middle}),
            R"({"reserve":{"booking":"B","buyer":0,"section":"A-1",)"
            R"("seats":["1-2"],"hold_for":"forever","price":0,)"
            R"("orphans":"avoid","min_run":4,"plan":{"rows":2,)"
            R"("seats_per_row":3,"focal_column":2}}})");

  const std::vector<Seat> seats = {{3, 4}};
  const SeatsOfBooking some{kBooking, "A-1", seats};
  const SeatsOfBooking all{kBooking, {}, {}};
  const std::string_view some_text =
      R"({"booking":"B","section":"A-1","seats":["3-4"]}})";
  const std::string_view all_text = R"({"booking":"B"}})";
  const auto step = [](std::string_view kind, std::string_view parts) {
    return std::string("{\"").append(kind).append("\":").append(parts);
  };
  CheckStep(Tx().Finalize(some), step("finalize", some_text));
  CheckStep(Tx().Finalize(all), step("finalize", all_text));
  CheckStep(Tx().Release(some), step("release", some_text));
  CheckStep(Tx().Release(all), step("release", all_text));
  CheckStep(Tx().Refund(some), step("refund", some_text));
  CheckStep(Tx().Refund(all), step("refund", all_text));

  CheckStep(Tx().Extend(kBooking, 90s),
            R"({"extend":{"booking":"B","hold_for":"90s"}})");
  CheckStep(Tx().Transfer({kBooking, kOther, BuyerId{8}, "A-1", {{3, 4}}}),
            R"({"transfer":{"booking":"B","to_booking":"C","to_buyer":8,)"
            R"("section":"A-1","seats":["3-4"]}})");
  CheckStep(Tx().Transfer({kBooking, kOther, BuyerId{8}, {}, {}}),
            R"({"transfer":{"booking":"B","to_booking":"C","to_buyer":8}})");
  CheckStep(Tx().Block({"A-1", {{3, 4}}, 6}),
            R"({"block":{"section":"A-1","seats":["3-4"],"reason":6}})");
  CheckStep(Tx().Unblock("A-1", {{3, 4}}),
            R"({"unblock":{"section":"A-1","seats":["3-4"]}})");

  const SeatMeta meta{kBooking, BuyerId{7}, Price(3000), TimeFromMicros(0),
                      TimeFromMicros(1)};
  CheckStep(Tx().Load({"A-1",
                       {{{1, 1}, SeatState::kReserved, 0, meta},
                        {{1, 2}, SeatState::kBlocked, 6, {}}}}),
            R"({"load":{"section":"A-1","records":[{"seat":"1-1",)"
            R"("state":"reserved","meta":{"buyer_id":7,"booking_id":"B",)"
            R"("price":3000,"reserved_at":"1970-01-01T00:00:00.000000Z",)"
            R"("hold_until":"1970-01-01T00:00:00.000001Z"}},)"
            R"({"seat":"1-2","state":"blocked","block_reason":6}]}})");
}

TEST_CASE("Hold lengths are read in every unit", "[json][transaction]") {
  const auto hold_for = [](std::string_view text) {
    const auto read = ParseTransaction(
        OneStep(std::string(R"({"extend":{"booking":"B","hold_for":")")
                    .append(text)
                    .append("\"}}")));
    INFO(text);
    REQUIRE(read.ok());
    return read->steps()[0].hold_for;
  };
  CHECK(hold_for("forever") == kForever);
  CHECK(hold_for("0s") == 0s);
  CHECK(hold_for("7us") == 7us);
  CHECK(hold_for("7ms") == 7ms);
  CHECK(hold_for("7s") == 7s);
  CHECK(hold_for("7m") == 7min);
  CHECK(hold_for("7h") == 7h);
  CHECK(hold_for("7d") == 7 * 24h);
  CHECK(hold_for("9223372036854s") == Duration(9223372036854000000));
}

TEST_CASE("A hold length without unit, sign or bound is refused",
          "[json][transaction]") {
  const auto error = [](std::string_view value) {
    return StepError(std::string(R"({"extend":{"booking":"B","hold_for":)")
                         .append(value)
                         .append("}}"));
  };
  const std::string no_length =
      "steps[0].extend.hold_for: not a length of time (a whole number and us, "
      "ms, s, m, h or d; or 'forever'): ";
  CHECK(error("600") ==
        "steps[0].extend.hold_for: expected a length of time, got an integer");
  for (const char* const text :
       {"", "600", "s", "-1s", "+1s", "1.5s", "1 s", "1S", "1sec", "forever ",
        "9223372036855s", "9223372036854775808us", "106751991168d"}) {
    CHECK(error("\"" + std::string(text) + "\"") ==
          no_length + "'" + text + "'");
  }
}

// --- Refusals ---------------------------------------------------------------

TEST_CASE("A misspelt key of a request is refused", "[json][transaction]") {
  CHECK(ErrorIn(R"({"event":1,"steps":[],"If_version":{}})") ==
        "If_version: unknown");
  CHECK(StepError(R"({"finalise":{"booking":"B"}})") ==
        "steps[0].finalise: unknown");
  CHECK(StepError(R"({"finalize":{"booking":"B","seat":["1-1"]}})") ==
        "steps[0].finalize.seat: unknown");
  CHECK(StepError(R"({"reserve_best":{"booking":"B","buyer":7,"offers":[)"
                  R"({"section":"A","price":1,"filters":{}}],"count":1,)"
                  R"("hold_for":"1s"}})") ==
        "steps[0].reserve_best.offers[0].filters: unknown");
  CHECK(StepError(R"({"load":{"section":"A","records":[{"seat":"1-1",)"
                  R"("state":"sold","meta":{"buyer_id":7,"booking_id":"B",)"
                  R"("price":1,"reserved_at":"1970-01-01T00:00:00Z",)"
                  R"("hold_untill":"1970-01-01T00:00:00Z"}}]}})") ==
        "steps[0].load.records[0].meta.hold_untill: unknown");
}

TEST_CASE("A step is one kind with all its parts", "[json][transaction]") {
  CHECK(ErrorIn("{}") == "event: missing");
  CHECK(ErrorIn(R"({"event":1})") == "steps: missing");
  CHECK(ErrorIn(R"({"event":-1,"steps":[]})") ==
        "event: expected an integer 0 to 9223372036854775807, got -1");
  CHECK(StepError("{}") == "steps[0]: expected one kind of step, got 0");
  CHECK(StepError("[]") == "steps[0]: expected an object, got an array");
  CHECK(
      StepError(R"({"finalize":{"booking":"B"},"release":{"booking":"C"}})") ==
      "steps[0]: expected one kind of step, got 2");
  CHECK(StepError(R"({"finalize":"B"})") ==
        "steps[0].finalize: expected an object, got a string");
  CHECK(StepError(R"({"finalize":{}})") ==
        "steps[0].finalize.booking: missing");
  CHECK(StepError(R"({"extend":{"booking":"B"}})") ==
        "steps[0].extend.hold_for: missing");
  CHECK(StepError(R"({"block":{"section":"A-1"}})") ==
        "steps[0].block.seats: missing");
  CHECK(StepError(R"({"unblock":{"section":"A 1","seats":["1-1"]}})") ==
        "steps[0].unblock.section: not a section name ([A-Za-z0-9_.-], 1 to 64 "
        "characters): 'A 1'");
  CHECK(StepError(R"({"unblock":{"section":"A","seats":["1-1","1-0"]}})") ==
        "steps[0].unblock.seats[1]: not a seat (ROW-NUMBER, both from 1): "
        "'1-0'");
  CHECK(StepError(R"({"reserve_best":{"booking":"B","buyer":7,"offers":[],)"
                  R"("count":-1}})") ==
        "steps[0].reserve_best.count: expected an integer 0 to 4294967295, got "
        "-1");
}

TEST_CASE("Half of a list of seats never means all seats",
          "[json][transaction]") {
  for (const std::string_view kind :
       {"finalize", "release", "refund", "transfer"}) {
    const auto error = [kind](std::string_view part) {
      const std::string to =
          kind == "transfer" ? R"(,"to_booking":"C","to_buyer":8)" : "";
      return StepError("{\"" + std::string(kind) + R"(":{"booking":"B")" + to +
                       "," + std::string(part) + "}}");
    };
    const std::string path = "steps[0]." + std::string(kind);
    CHECK(error(R"("seats":[])") == path + ".section: missing");
    CHECK(error(R"("seats":["1-1"])") == path + ".section: missing");
    CHECK(error(R"("section":"A-1")") == path + ".seats: missing");
    CHECK(error(R"("section":"","seats":[])").find(path + ".section: not a") ==
          0);
    CHECK(error(R"("section":"A-1","seats":[])") == "OK");
  }
  const auto none = ParseTransaction(
      OneStep(R"({"release":{"booking":"B","section":"A-1","seats":[]}})"));
  REQUIRE(none.ok());
  CHECK_FALSE(none->steps()[0].all_seats);
}

TEST_CASE("Reserve takes one price or one for each seat",
          "[json][transaction]") {
  const auto error = [](std::string_view part) {
    return StepError(
        std::string(R"({"reserve":{"booking":"B","buyer":7,"section":"A-1",)")
            .append(R"("seats":["1-2"],"hold_for":"1s")")
            .append(part)
            .append("}}"));
  };
  const std::string path = "steps[0].reserve.";
  CHECK(error("") == path + "price: expected either this or prices");
  CHECK(error(R"(,"price":1,"prices":[1])") ==
        path + "price: expected either this or prices");
  CHECK(error(R"(,"prices":[])") == path + "prices: empty");
  CHECK(error(R"(,"prices":[1,-1])") ==
        path + "prices[1]: expected an integer 0 to 9007199254740991, got -1");
  CHECK(error(R"(,"price":1.0)") ==
        path +
            "price: expected an integer 0 to 9007199254740991, got a number "
            "with a fraction, an exponent or more than 64 bits");
  CHECK(error(R"(,"prices":[1])") == "OK");
}

TEST_CASE("A filter's size must fit its digits", "[json][transaction]") {
  const auto error = [](std::string_view filter) {
    return StepError(
        std::string(R"({"reserve_best":{"booking":"B","buyer":7,"count":1,)")
            .append(R"("hold_for":"1s","offers":[{"section":"A","price":1,)")
            .append(R"("filter":)")
            .append(filter)
            .append("}]}}"));
  };
  const std::string path = "steps[0].reserve_best.offers[0].filter.";
  CHECK(error(R"({"seats":15,"hex":"FFfe"})") == "OK");
  CHECK(error(R"({"seats":0,"hex":""})") == "OK");
  CHECK(error(R"({"seats":4294967295,"hex":""})") ==
        path + "hex: expected 536870912 bytes of two hexadecimal digits");
  CHECK(error(R"({"seats":15,"hex":"fffe00"})") ==
        path + "hex: expected 2 bytes of two hexadecimal digits");
  CHECK(error(R"({"seats":15,"hex":"fffg"})") ==
        path + "hex: expected 2 bytes of two hexadecimal digits");
  CHECK(error(R"({"seats":15,"hex":"fff"})") ==
        path + "hex: expected 2 bytes of two hexadecimal digits");
  CHECK(error(R"({"seats":15,"hex":"ffff"})").find(path + "hex: ") == 0);
  CHECK(error(R"({"hex":"ffff"})") == path + "seats: missing");
}

TEST_CASE("A plan or policy that makes no sense is refused by its path",
          "[json][transaction]") {
  const auto plan_error = [](std::string_view plan) {
    return StepError(
        std::string(R"({"reserve_best":{"booking":"B","buyer":7,"count":1,)")
            .append(R"("hold_for":"1s","offers":[{"section":"A","price":1,)")
            .append(R"("plan":)")
            .append(plan)
            .append("}]}}"));
  };
  const std::string path = "steps[0].reserve_best.offers[0].plan";
  CHECK(plan_error(R"({"rows":2,"seats_per_row":3})") == "OK");
  CHECK(plan_error(R"({"rows":2})") == path + ".seats_per_row: missing");
  CHECK(plan_error(R"({"rows":2,"seats_per_row":3,"isles":[1]})") ==
        path + ".isles: unknown");
  CHECK(plan_error(R"({"rows":2,"seats_per_row":3,"focal_column":4})") ==
        path + ": focal_column is 4, outside rows of 3 seats");
  CHECK(plan_error(R"({"rows":2,"seats_per_row":3,"aisles":[2,1]})") ==
        path + ": aisles[1] is 1 after 2: not ascending");
  CHECK(plan_error(R"({"rows":1,"seats_per_row":2,"scores":[1,2147483648]})") ==
        path +
            ".scores[1]: expected an integer -2147483648 to 2147483647, got "
            "2147483648");
  CHECK(plan_error(R"({"rows":4294967295,"seats_per_row":4294967295})")
            .starts_with(path + ": rows * seats_per_row is "));

  const auto policy_error = [](std::string_view policy) {
    return StepError(
        std::string(R"({"reserve_best":{"booking":"B","buyer":7,"count":1,)")
            .append(R"("hold_for":"1s","offers":[],"policy":)")
            .append(policy)
            .append("}}"));
  };
  const std::string policy_path = "steps[0].reserve_best.policy.";
  CHECK(policy_error(R"({"order":"best"})") == "OK");
  CHECK(policy_error(R"({"order":"worst"})") ==
        policy_path + "order: expected 'first_fit' or 'best', got 'worst'");
  CHECK(policy_error(R"({"orphans":true})")
            .starts_with(policy_path + "orphans: expected a rule of orphans"));
  CHECK(policy_error(R"({"min_run":-1})")
            .starts_with(policy_path + "min_run: expected an integer 0 to"));
}

TEST_CASE("Conditions are versions by section", "[json][transaction]") {
  const auto error = [](std::string_view conditions) {
    return ErrorIn(std::string(R"({"event":1,"steps":[],"if_version":)")
                       .append(conditions)
                       .append("}"));
  };
  CHECK(error("{}") == "OK");
  CHECK(error("[]") == "if_version: expected an object, got an array");
  CHECK(error(R"({"A-1":"3"})") ==
        "if_version.A-1: expected an integer 0 to 18446744073709551615, got a "
        "string");
  CHECK(error(R"({"A 1":3})") ==
        "if_version['A 1']: not a section name ([A-Za-z0-9_.-], 1 to 64 "
        "characters): 'A 1'");
  CHECK(error(R"({"A-1":3,"A-1":4})") == "if_version.A-1: there twice");
}

TEST_CASE("What no store would take is written but not read",
          "[json][transaction]") {
  const std::string handle =
      ToJson(Tx().Unblock(SectionHandle{5, 2}, {{1, 1}}));
  CHECK(handle.find(R"("section":"#5.2")") != std::string::npos);
  CHECK_FALSE(ParseTransaction(handle).ok());
  const std::string name = ToJson(Tx().Unblock(
      std::string_view("\xc3\xa4\n\"\\\xff\xf0\x9f\x98\x80\xed\xa0\x80\xc3"),
      {{1, 1}}));
  CHECK(name.find(R"("\u00e4\u000a\"\\\ufffd\ud83d\ude00\ufffd\ufffd\ufffd)"
                  R"(\ufffd")") != std::string::npos);
  CHECK(ErrorIn(name).find("steps[0].unblock.section: not a section name") ==
        0);
  CHECK(ErrorIn(ToJson(Tx().IfVersion("A", 1).IfVersion("A", 2))) ==
        "if_version.A: there twice");
  CHECK(ErrorIn(ToJson(Tx().Extend(kBooking, -1us)))
            .find("steps[0].extend.hold_for: not a length of time") == 0);
}

// --- Arbitrary transactions -------------------------------------------------

using rc::gen::inRange;

std::uint64_t AnyU64() { return *rc::gen::arbitrary<std::uint64_t>(); }
BookingId AnyBooking() { return BookingId(AnyU64(), AnyU64()); }
BuyerId AnyBuyer() { return BuyerId{static_cast<std::int64_t>(AnyU64() >> 1)}; }
Price AnyPrice() {
  return Price(*inRange<std::int64_t>(0, Price::kMinorUnitsMax + 1));
}
std::string AnySection() {
  return *rc::gen::element<std::string>("A-1", "B.2", "_", "x-y-z-10");
}
Duration AnyHold() {
  return Duration(*rc::gen::element<std::int64_t>(0, 1, 1'234'567, 600'000'000,
                                                  INT64_MAX - 1, INT64_MAX));
}
Seat AnySeat() {
  return {*inRange<std::uint32_t>(1, UINT32_MAX),
          *inRange<std::uint32_t>(1, UINT32_MAX)};
}

template <typename Make>
auto AnyList(int size_min, Make make) {
  std::vector<decltype(make())> list;
  for (int left = *inRange(size_min, 6); left > 0; --left) {
    list.push_back(make());
  }
  return list;
}

std::shared_ptr<const SeatMask> AnyFilter() {
  if (*rc::gen::arbitrary<bool>()) return nullptr;
  auto mask = std::make_shared<SeatMask>(*inRange<std::size_t>(0, 200));
  for (std::size_t seat = 0; seat < mask->size(); ++seat) {
    mask->Set(seat, *rc::gen::arbitrary<bool>());
  }
  return mask;
}

std::shared_ptr<const SeatingPlan> AnyPlan() {
  if (*rc::gen::arbitrary<bool>()) return nullptr;
  const SectionConfig config{*inRange(1u, 4u), *inRange(1u, 40u)};
  SeatingPlanSpec spec;
  const auto column = [&] { return *inRange(0u, config.seats_per_row + 1); };
  const bool each = *rc::gen::arbitrary<bool>();
  if (!each) spec.focal_column = column();
  for (std::uint32_t row = 0; row < config.rows; ++row) {
    if (each) spec.focal_columns.push_back(column());
    spec.row_ranks.push_back(*rc::gen::arbitrary<std::uint32_t>());
  }
  for (std::uint32_t i = 1; i < config.seats_per_row; ++i) {
    if (*inRange(0, 5) == 0) spec.aisles.push_back(i);
  }
  if (*rc::gen::arbitrary<bool>()) {
    for (std::uint32_t i = 0; i < config.seat_count(); ++i) {
      spec.scores.push_back(*rc::gen::arbitrary<std::int32_t>());
    }
  }
  return std::make_shared<const SeatingPlan>(
      *SeatingPlan::Create(config, spec));
}

OrphanRule AnyRule() { return static_cast<OrphanRule>(*inRange(0, 3)); }

BestPolicy AnyPolicy() {
  const auto any = [] { return *rc::gen::arbitrary<bool>(); };
  return {static_cast<BestPolicy::Order>(any()), any(), AnyRule(), any(), any(),
          *rc::gen::arbitrary<std::uint32_t>()};
}

void AddBest(Transaction& out) {
  const auto sections = AnyList(0, AnySection);
  std::vector<Offer> offers;
  for (const std::string& section : sections) {
    offers.push_back({section, AnyPrice(), AnyFilter(), AnyPlan()});
  }
  out.ReserveBest({AnyBooking(), AnyBuyer(), offers,
                   *rc::gen::arbitrary<std::uint32_t>(), AnyPolicy(),
                   AnyHold()});
}

void AddAny(Transaction& out) {
  const bool all = *rc::gen::arbitrary<bool>();
  const std::string section = AnySection();
  const auto seats = AnyList(0, AnySeat);
  const auto prices = AnyList(1, AnyPrice);
  const SeatsOfBooking of_booking =
      all ? SeatsOfBooking{AnyBooking(), {}, {}}
          : SeatsOfBooking{AnyBooking(), section, seats};
  switch (static_cast<StepKind>(*inRange(0, 10))) {
    case StepKind::kReserve:
      out.Reserve({AnyBooking(), AnyBuyer(), section, seats, AnyHold(),
                   AnyPrice(), all ? ListArg<Price>() : prices, AnyRule(),
                   *rc::gen::arbitrary<std::uint32_t>(), AnyPlan()});
      break;
    case StepKind::kReserveBest:
      AddBest(out);
      break;
    case StepKind::kFinalize:
      out.Finalize(of_booking);
      break;
    case StepKind::kRelease:
      out.Release(of_booking);
      break;
    case StepKind::kRefund:
      out.Refund(of_booking);
      break;
    case StepKind::kExtend:
      out.Extend(AnyBooking(), AnyHold());
      break;
    case StepKind::kTransfer:
      out.Transfer({of_booking.booking, AnyBooking(), AnyBuyer(),
                    of_booking.section, of_booking.seats});
      break;
    case StepKind::kBlock:
      out.Block({section, seats, *rc::gen::arbitrary<std::uint32_t>()});
      break;
    case StepKind::kUnblock:
      out.Unblock(section, seats);
      break;
    case StepKind::kLoad:
      out.Load({section, AnyList(0, [] {
                  return SeatRecord{AnySeat(), SeatState::kAvailable, 0, {}};
                })});
      break;
  }
}

TEST_CASE("Any transaction is read back the same", "[json][transaction]") {
  CHECK(rc::check("transactions", [] {
    Transaction transaction(EventId{static_cast<std::int64_t>(AnyU64() >> 1)});
    if (*rc::gen::arbitrary<bool>()) {
      transaction.SetId(TransactionId(AnyU64(), AnyU64()));
    }
    for (int left = *inRange(0, 8); left > 0; --left) AddAny(transaction);
    if (*rc::gen::arbitrary<bool>()) transaction.IfVersion("A-1", AnyU64());
    if (*rc::gen::arbitrary<bool>()) transaction.IfVersion("B.2", AnyU64());
    const std::string text = ToJson(transaction);
    const auto read = ParseTransaction(text);
    if (!read.ok()) RC_FAIL(text + " -> " + ErrorIn(text));
    RC_ASSERT(Same(*read, transaction));
    RC_ASSERT(ToJson(*read) == text);
  }));
}

// --- Outcomes ---------------------------------------------------------------

TEST_CASE("A committed outcome names the seats of each step",
          "[json][outcome]") {
  const SectionName name = SectionName::Parse("A-1").value();
  Outcome outcome;
  outcome.replayed = true;
  outcome.time = TimeFromMicros(0);
  outcome.durability = Durability::kGroup;
  outcome.sequence = UINT64_MAX;
  outcome.sections = {{name, 4}};
  outcome.steps = {{0, 1, TimeFromMicros(600'000'000)}, {1, 0, kNever}};
  outcome.seats = {
      {0, {1, 2}, SeatState::kAvailable, SeatState::kReserved, Price(3000)}};
  CHECK(ToJson(outcome) ==
        R"({"committed":true,"replayed":true,"durability":"group",)"
        R"("sequence":18446744073709551615,"steps":[)"
        R"({"hold_until":"1970-01-01T00:10:00.000000Z","seats":[)"
        R"({"section":"A-1","seat":"1-2","from":"available",)"
        R"("to":"reserved","price":3000}]},{"seats":[]}],)"
        R"("time":"1970-01-01T00:00:00.000000Z",)"
        R"("sections":[{"section":"A-1","version":4}]})");
  outcome.steps[0].tier = SeatingTier::kSplit;
  outcome.steps[1].leaves_orphan = true;
  const std::string text = ToJson(outcome);
  CHECK(text.find(R"(00Z","tier":"split","seats":[{)") != std::string::npos);
  CHECK(text.find(R"({"leaves_orphan":true,"seats":[]})") != std::string::npos);
}

TEST_CASE("A refused outcome names every seat and why", "[json][outcome]") {
  const SectionName name = SectionName::Parse("A-1").value();
  Outcome outcome;
  outcome.refusal = Refusal::kSeatSold;
  outcome.refused_step = 2;
  outcome.time = TimeFromMicros(0);
  outcome.sections = {{name, 4}};
  outcome.refused_seats = {{name, {1, 2}, Refusal::kSeatSold},
                           {name, {1, 3}, Refusal::kSeatReserved}};
  CHECK(ToJson(outcome) ==
        R"({"committed":false,"refusal":"seat_sold","refused_step":2,)"
        R"("refused_seats":[)"
        R"({"section":"A-1","seat":"1-2","refusal":"seat_sold"},)"
        R"({"section":"A-1","seat":"1-3","refusal":"seat_reserved"}],)"
        R"("time":"1970-01-01T00:00:00.000000Z",)"
        R"("sections":[{"section":"A-1","version":4}]})");
  outcome.detail = RefusalDetail::kTotalHold;
  CHECK(
      ToJson(outcome).find(R"("refusal":"seat_sold","detail":"total_hold",)") !=
      std::string::npos);
}

}  // namespace
}  // namespace seatfield
