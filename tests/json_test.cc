// SPDX-License-Identifier: MIT

#include "seatfield/json.h"

#include <rapidcheck.h>

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"

namespace seatfield {
namespace {

constexpr std::string_view kBookingText =
    "01234567-89ab-cdef-0123-456789abcdef";
constexpr std::string_view kMetaText =
    R"({"buyer_id":7,"booking_id":"01234567-89ab-cdef-0123-456789abcdef",)"
    R"("price":3000,"reserved_at":"2026-07-01T09:30:00.000000Z"})";

BookingId TestBooking() { return BookingId::Parse(kBookingText).value(); }

Time At(std::string_view text) { return ParseTime(text).value(); }

SeatMeta TestMeta() {
  return {.booking = TestBooking(),
          .buyer = BuyerId{7},
          .price = Price(3000),
          .reserved_at = At("2026-07-01T09:30:00Z")};
}

template <typename T>
std::string ErrorOf(const absl::StatusOr<T>& result) {
  return result.ok() ? "OK" : std::string(result.status().message());
}

// `text` with the first `from` replaced by `to`.
std::string With(std::string_view text, std::string_view from,
                 std::string_view to) {
  std::string out(text);
  const std::size_t at = out.find(from);
  REQUIRE(at != std::string::npos);
  return out.replace(at, from.size(), to);
}

std::string MetaError(std::string_view from, std::string_view to) {
  return ErrorOf(ParseSeatMeta(With(kMetaText, from, to)));
}

std::string SyntaxError(std::string_view text) {
  return ErrorOf(ParseSeatMeta(text));
}

boost::json::value Golden() {
  std::ifstream file(SEATFIELD_TEST_DATA "/golden.json");
  REQUIRE(file.good());
  return boost::json::parse(
      std::string(std::istreambuf_iterator<char>(file), {}));
}

std::string StringOf(const boost::json::value& value) {
  return std::string(value.as_string().c_str());
}

// --- Arbitrary values -------------------------------------------------------

using rc::gen::inRange;

std::uint64_t AnyU64() { return *rc::gen::arbitrary<std::uint64_t>(); }

std::int64_t AnyId() { return static_cast<std::int64_t>(AnyU64() >> 1); }

Time AnyTime() {
  const auto micros = *rc::gen::oneOf(
      rc::gen::arbitrary<std::int64_t>(),
      inRange<std::int64_t>(0, 4'000'000'000'000'000),
      rc::gen::element<std::int64_t>(INT64_MIN, INT64_MAX, 0,
                                     -62135596800000000, -62135596800000001,
                                     253402300799999999, 253402300800000000));
  return TimeFromMicros(micros);
}

BookingId AnyBookingId() { return BookingId(AnyU64(), AnyU64()); }

Price AnyPrice() {
  return Price(*inRange<std::int64_t>(0, Price::kMinorUnitsMax + 1));
}

SectionName AnyName() {
  const auto text = *rc::gen::nonEmpty(rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO"
                                     "PQRSTUVWXYZ0123456789_.-"))));
  return SectionName::Parse(text.substr(0, SectionName::kSizeMax)).value();
}

SectionKey AnyKey() { return {EventId{AnyId()}, AnyName()}; }

SectionConfig AnyConfig() {
  return {*rc::gen::arbitrary<std::uint32_t>(),
          *rc::gen::arbitrary<std::uint32_t>()};
}

SeatCounts AnyCounts() {
  return {AnyU64() >> 2, AnyU64() >> 2, AnyU64() >> 2, AnyU64() >> 2};
}

Seat AnySeat() {
  return {*inRange<std::uint32_t>(1, UINT32_MAX),
          *inRange<std::uint32_t>(1, UINT32_MAX)};
}

SeatMeta AnyMeta() {
  return {AnyBookingId(), BuyerId{AnyId()}, AnyPrice(), AnyTime(), AnyTime()};
}

SeatRecord AnyRecord() {
  SeatRecord record{AnySeat(), static_cast<SeatState>(*inRange(0, 4)), 0, {}};
  if (record.state == SeatState::kBlocked) {
    record.block_reason = *rc::gen::arbitrary<std::uint32_t>();
  }
  if (record.state == SeatState::kReserved ||
      record.state == SeatState::kSold) {
    record.meta = AnyMeta();
  }
  return record;
}

template <typename Make>
auto AnyList(Make make) {
  std::vector<decltype(make())> list;
  for (int left = *inRange(0, 8); left > 0; --left) list.push_back(make());
  return list;
}

BookedSeat AnyBookedSeat() {
  return {AnyName(), AnySeat(), static_cast<SeatState>(*inRange(1, 3)),
          AnyPrice(), AnyTime()};
}

// Whether `parse` gives back what ToJson wrote, and ToJson the same text.
template <typename T, typename Parse>
void CheckRoundTrip(const T& value, Parse parse) {
  const std::string text = ToJson(value);
  const absl::StatusOr<T> read = parse(text, JsonLimits());
  if (!read.ok()) RC_FAIL(text + " -> " + ErrorOf(read));
  RC_ASSERT(*read == value);
  RC_ASSERT(ToJson(*read) == text);
}

// --- Forms ------------------------------------------------------------------

TEST_CASE("Seat metadata has the form that the services read", "[json]") {
  CHECK(ToJson(TestMeta()) == kMetaText);

  const auto golden = Golden();
  std::string text = StringOf(golden.at("seat_meta_after_reserving_1-2")
                                  .at("seat_meta:1:A-1:1")
                                  .at("value")
                                  .at("2"));
  text = With(text, "<ISO 8601 UTC>", "2026-07-01T09:30:00.000000Z");
  CHECK(ToJson(TestMeta()) == text);
  CHECK(ParseSeatMeta(text).value() == TestMeta());
}

TEST_CASE("Section forms have the field names of the services' hashes",
          "[json]") {
  const auto golden = Golden();
  const auto& keys = golden.at("keys_after_create_event_1_section_A-1_3x5");
  const SectionStats stats{.key = SectionKey::Make(EventId{1}, "A-1").value(),
                           .config = {3, 5},
                           .counts = {.available = 15}};
  const auto written = boost::json::parse(ToJson(stats)).as_object();
  for (const auto& field :
       keys.at("section_stats:1:A-1").at("value").as_object()) {
    INFO(std::string(field.key()));
    REQUIRE(written.contains(field.key()));
    if (field.key() == "updated_at") continue;
    const auto& value = written.at(field.key());
    CHECK((value.is_string()
               ? StringOf(value)
               : std::to_string(value.as_int64())) == StringOf(field.value()));
  }
  const auto config = boost::json::parse(ToJson(stats.config)).as_object();
  for (const auto& field :
       keys.at("section_config:1:A-1").at("value").as_object()) {
    CHECK(std::to_string(config.at(field.key()).as_int64()) ==
          StringOf(field.value()));
  }
}

TEST_CASE("A held seat's deadline is written unless four fields are asked for",
          "[json]") {
  SeatMeta held = TestMeta();
  held.hold_until = At("2026-07-01T09:40:00Z");
  CHECK(
      ToJson(held) ==
      With(kMetaText, "}", R"(,"hold_until":"2026-07-01T09:40:00.000000Z"})"));
  CHECK(ToJson(held, SeatMetaForm::kStored) == kMetaText);
  CHECK(ParseSeatMeta(ToJson(held)).value() == held);
}

TEST_CASE("Every form is written with its members in a fixed order", "[json]") {
  const SectionKey key = SectionKey::Make(EventId{1}, "A-1").value();
  CHECK(ToJson(key) == R"({"section_id":"A-1","event_id":1})");
  CHECK(ToJson(SectionConfig{3, 5}) == R"({"rows":3,"seats_per_row":5})");
  CHECK(ToJson(Price(3000)) == "3000");

  SectionStats stats{
      key, {3, 5}, {12, 1, 1, 1}, 9, At("2026-07-01T09:30:00Z"), kNever, true};
  const std::string counts =
      R"("available":12,"reserved":1,"sold":1,"blocked":1,"total":15,)";
  CHECK(ToJson(stats) ==
        R"({"section_id":"A-1","event_id":1,)" + counts +
            R"("version":9,"updated_at":"2026-07-01T09:30:00.000000Z",)"
            R"("rows":3,"seats_per_row":5,"paused":true})");
  stats.next_deadline = At("2026-07-01T09:31:00.5Z");
  CHECK(
      ToJson(stats).find(R"("next_deadline":"2026-07-01T09:31:00.500000Z")") !=
      std::string::npos);

  const SeatRecord reserved{{1, 2}, SeatState::kReserved, 0, TestMeta()};
  const SeatRecord blocked{{1, 3}, SeatState::kBlocked, 4, {}};
  CHECK(ToJson(blocked) ==
        R"({"seat":"1-3","state":"blocked","block_reason":4})");
  CHECK(ToJson(RowMeta{key, 1, {12, 1, 1, 1}, 9, {reserved, blocked}}) ==
        R"({"section_id":"A-1","event_id":1,"row":1,)" + counts +
            R"("version":9,"seats":[{"seat":"1-2","state":"reserved","meta":)" +
            std::string(kMetaText) + "}," + ToJson(blocked) + "]}");

  Booking booking{.event = EventId{1},
                  .id = TestBooking(),
                  .buyer = BuyerId{7},
                  .status = BookingStatus::kOpen,
                  .first_reserved_at = At("2026-07-01T09:30:00Z"),
                  .seats = {{key.name,
                             {1, 2},
                             SeatState::kSold,
                             Price(3000),
                             At("2026-07-01T09:30:00Z")}}};
  CHECK(ToJson(booking) ==
        R"({"event_id":1,"booking_id":"01234567-89ab-cdef-0123-456789abcdef",)"
        R"("buyer_id":7,"status":"open",)"
        R"("first_reserved_at":"2026-07-01T09:30:00.000000Z",)"
        R"("seats":[{"section_id":"A-1","seat":"1-2","state":"sold",)"
        R"("price":3000,"reserved_at":"2026-07-01T09:30:00.000000Z"}]})");
}

TEST_CASE("What is written is read back equal", "[json]") {
  CHECK(rc::check("section keys",
                  [] { CheckRoundTrip(AnyKey(), ParseSectionKey); }));
  CHECK(rc::check("section configs",
                  [] { CheckRoundTrip(AnyConfig(), ParseSectionConfig); }));
  CHECK(rc::check("section stats", [] {
    CheckRoundTrip(
        SectionStats{AnyKey(), AnyConfig(), AnyCounts(), AnyU64(), AnyTime(),
                     AnyTime(), *rc::gen::arbitrary<bool>()},
        ParseSectionStats);
  }));
  CHECK(rc::check("prices", [] { CheckRoundTrip(AnyPrice(), ParsePrice); }));
  CHECK(rc::check("seat metadata", [] {
    const SeatMeta meta = AnyMeta();
    const auto read = ParseSeatMeta(ToJson(meta));
    RC_ASSERT(read.ok());
    RC_ASSERT(*read == meta);
  }));
  CHECK(rc::check("seat records",
                  [] { CheckRoundTrip(AnyRecord(), ParseSeatRecord); }));
  CHECK(rc::check("rows", [] {
    CheckRoundTrip(RowMeta{AnyKey(), *rc::gen::arbitrary<std::uint32_t>(),
                           AnyCounts(), AnyU64(), AnyList(AnyRecord)},
                   ParseRowMeta);
  }));
  CHECK(rc::check("bookings", [] {
    CheckRoundTrip(
        Booking{EventId{AnyId()}, AnyBookingId(), BuyerId{AnyId()},
                static_cast<BookingStatus>(*inRange(0, 4)), AnyTime(),
                AnyTime(), AnyTime(), AnyList(AnyBookedSeat)},
        ParseBooking);
  }));
}

TEST_CASE("Integers are exact beyond what a double holds", "[json]") {
  for (const char* const id :
       {"9007199254740993", "9223372036854775807", "9223372036854775806"}) {
    const auto meta = ParseSeatMeta(
        With(kMetaText, R"("buyer_id":7)", std::string(R"("buyer_id":)") + id));
    REQUIRE(meta.ok());
    CHECK(std::to_string(Value(meta->buyer)) == id);
  }
  CHECK(ParsePrice("9007199254740991").value() == Price(Price::kMinorUnitsMax));
}

TEST_CASE("Members may stand in any order and with white space", "[json]") {
  const auto meta = ParseSeatMeta(
      " {\r\n\t\"reserved_at\" : \"2026-07-01T09:30:00Z\" , \"price\":3000,"
      "\"booking_id\": \"01234567-89AB-CDEF-0123-456789abcdef\","
      " \"buyer_id\":\n7 } \n");
  REQUIRE(meta.ok());
  CHECK(*meta == TestMeta());
}

TEST_CASE("A value's unknown members are ignored", "[json]") {
  const auto meta = ParseSeatMeta(
      With(kMetaText, "{", R"({"channel":{"web":[1.5,null,true]},)"));
  REQUIRE(meta.ok());
  CHECK(*meta == TestMeta());
}

TEST_CASE("UTC may be written as an offset of zero", "[json]") {
  const auto meta = ParseSeatMeta(With(kMetaText, ".000000Z", "+00:00"));
  REQUIRE(meta.ok());
  CHECK(*meta == TestMeta());
  CHECK(MetaError(".000000Z", "+01:00") ==
        "reserved_at: not a time (YYYY-MM-DDTHH:MM:SS.ffffffZ): "
        "'2026-07-01T09:30:00+01:00'");
}

TEST_CASE("Times outside the years of the text form are bare microseconds",
          "[json]") {
  const auto with_time = [](std::string_view time) {
    return ParseSeatMeta(With(kMetaText, "2026-07-01T09:30:00.000000Z", time));
  };
  CHECK(with_time("-62135596800000001")->reserved_at ==
        TimeFromMicros(-62135596800000001));
  CHECK(with_time("253402300800000000")->reserved_at ==
        TimeFromMicros(253402300800000000));
  CHECK(with_time("never")->reserved_at == kNever);
  for (const char* const time : {"1782898200", "0", "253402300799999999", ""}) {
    CHECK_FALSE(with_time(time).ok());
  }
}

// --- Refusals ---------------------------------------------------------------

TEST_CASE("A wrong type is refused with the path of the field", "[json]") {
  const std::string an_id =
      "buyer_id: expected an integer 0 to 9223372036854775807, got ";
  const auto buyer = [](std::string_view value) {
    return MetaError("7", value);
  };
  CHECK(buyer("\"7\"") == an_id + "a string");
  CHECK(buyer("null") == an_id + "null");
  CHECK(buyer("true") == an_id + "a boolean");
  CHECK(buyer("[7]") == an_id + "an array");
  CHECK(buyer("{}") == an_id + "an object");
  CHECK(MetaError("\"01234567-89ab-cdef-0123-456789abcdef\"", "7") ==
        "booking_id: expected a UUID, got an integer");
  CHECK(MetaError("\"2026-07-01T09:30:00.000000Z\"", "1782898200") ==
        "reserved_at: expected a time, got an integer");
  CHECK(SyntaxError("[]") == "document: expected an object, got an array");
  CHECK(SyntaxError("\"{}\"") == "document: expected an object, got a string");
}

TEST_CASE("A number that is no integer in range is refused", "[json]") {
  const std::string a_price =
      "price: expected an integer 0 to 9007199254740991, got ";
  const std::string no_integer =
      a_price + "a number with a fraction, an exponent or more than 64 bits";
  const auto price = [](std::string_view value) {
    return MetaError("3000", value);
  };
  CHECK(price("-1") == a_price + "-1");
  CHECK(price("9007199254740992") == a_price + "9007199254740992");
  CHECK(price("9223372036854775808") == a_price + "9223372036854775808");
  CHECK(price("18446744073709551615") == a_price + "18446744073709551615");
  CHECK(price("18446744073709551616") == no_integer);
  CHECK(price("3000.0") == no_integer);
  CHECK(price("3e3") == no_integer);
  CHECK(price("1e99999") == no_integer);
  CHECK(MetaError("7", "-1") ==
        "buyer_id: expected an integer 0 to 9223372036854775807, got -1");
  CHECK(ErrorOf(ParsePrice("-1")) ==
        "document: expected an integer 0 to 9007199254740991, got -1");
  CHECK(
      ErrorOf(ParseSectionConfig(R"({"rows":4294967296,"seats_per_row":1})")) ==
      "rows: expected an integer 0 to 4294967295, got 4294967296");
}

TEST_CASE("A missing or malformed member is refused by name", "[json]") {
  CHECK(SyntaxError("{}") == "buyer_id: missing");
  CHECK(MetaError(R"("price":3000,)", "") == "price: missing");
  CHECK(MetaError("01234567-", "x1234567-") ==
        "booking_id: not a UUID (8-4-4-4-12 hexadecimal digits): "
        "'x1234567-89ab-cdef-0123-456789abcdef'");
  CHECK(MetaError("2026-07-01", "2026-02-30") ==
        "reserved_at: not a time (YYYY-MM-DDTHH:MM:SS.ffffffZ): "
        "'2026-02-30T09:30:00.000000Z'");
  CHECK(ErrorOf(ParseSectionKey(R"({"section_id":"A\u0000B","event_id":1})")) ==
        "section_id: not a section name ([A-Za-z0-9_.-], 1 to 64 characters): "
        "'A\\x00B'");
}

TEST_CASE("A path leads through arrays and objects", "[json]") {
  RowMeta row{SectionKey::Make(EventId{1}, "A-1").value(), 1, {}, 0, {}};
  for (std::uint32_t number = 1; number <= 4; ++number) {
    row.seats.push_back({{1, number}, SeatState::kSold, 0, TestMeta()});
  }
  const std::string text = ToJson(row);
  const auto in_last_seat = [&text](std::string_view from,
                                    std::string_view to) {
    const std::size_t last = text.find(R"({"seat":"1-4")");
    return ErrorOf(
        ParseRowMeta(text.substr(0, last) + With(text.substr(last), from, to)));
  };
  CHECK(in_last_seat(R"("buyer_id":7)", R"("buyer_id":"7")") ==
        "seats[3].meta.buyer_id: expected an integer 0 to 9223372036854775807, "
        "got a string");
  CHECK(in_last_seat("1-4", "0-4") ==
        "seats[3].seat: not a seat (ROW-NUMBER, both from 1): '0-4'");
  CHECK(in_last_seat("sold", "gone") ==
        "seats[3].state: expected 'available', 'reserved', 'sold' or "
        "'blocked', got 'gone'");
  CHECK(in_last_seat("sold", "available") ==
        "seats[3].meta: must be there iff reserved or sold");
  CHECK(ErrorOf(ParseSeatRecord(R"({"seat":"1-4","state":"sold"})")) ==
        "meta: must be there iff reserved or sold");
  CHECK(in_last_seat(R"("seat":"1-4",)", R"("seat":"1-4","block_reason":1,)") ==
        "seats[3].block_reason: only for a blocked seat");
  CHECK(in_last_seat(R"("price":3000)", R"("price":3000,"price":1)") ==
        "seats[3].meta.price: there twice");
  CHECK(in_last_seat(R"("price":3000)", R"("price":3000])")
            .find("seats[3].meta: byte ") == 0);
  CHECK(ErrorOf(ParseRowMeta(With(text, "\"seats\":[", "\"seats\":[7,"))) ==
        "seats[0]: expected an object, got an integer");
  CHECK(ErrorOf(ParseRowMeta(With(text, "\"total\":0", "\"total\":1"))) ==
        "total: not the sum of the four counters");
  CHECK(ErrorOf(ParseRowMeta(
            With(text, R"("available":0,"reserved":0)",
                 R"("available":18446744073709551615,"reserved":1)"))) ==
        "total: not the sum of the four counters");
}

TEST_CASE("Counters, names and flags are checked in every form", "[json]") {
  SectionStats stats;
  stats.key = SectionKey::Make(EventId{1}, "A").value();
  CHECK(ErrorOf(ParseSectionStats(
            With(ToJson(stats), R"("paused":false)", R"("paused":0)"))) ==
        "paused: expected a boolean, got an integer");
  Booking booking;
  booking.seats.emplace_back().seat = {1, 1};
  CHECK(ErrorOf(ParseBooking(With(ToJson(booking), "open", "opened"))) ==
        "status: expected 'open', 'expired', 'released' or 'refunded', got "
        "'opened'");
  CHECK(ErrorOf(ParseBooking(ToJson(booking))) ==
        "seats[0].section_id: not a section name ([A-Za-z0-9_.-], 1 to 64 "
        "characters): ''");
}

TEST_CASE("A key that stands twice is refused at any depth", "[json]") {
  CHECK(MetaError(R"("price":3000)", R"("price":3000,"price":3000)") ==
        "price: there twice");
  CHECK(MetaError(R"("price":3000)", R"("price":3000,"pri\u0063e":1)") ==
        "price: there twice");
  CHECK(MetaError("{", R"({"x":[0,{"a":{"b c":1,"d":2,"b c":3}}],)") ==
        "x[1].a['b c']: there twice");
  CHECK(MetaError("{", R"({"":{"":1,"":2},)") == "['']['']: there twice");
  std::string many = "{";
  for (int i = 0; i < 1000; ++i) {
    many += "\"k" + std::to_string(i) + "\":0,";
  }
  CHECK(SyntaxError(many + R"("k500":0})") == "k500: there twice");
}

TEST_CASE("Broken text is refused with the byte and the place", "[json]") {
  CHECK(SyntaxError("") == "document: the text ends too early");
  CHECK(SyntaxError(" \n") == "document: the text ends too early");
  CHECK(SyntaxError(R"({"price":)") == "price: the text ends too early");
  CHECK(SyntaxError(R"({"pri)") == "document: the text ends too early");
  CHECK(SyntaxError(R"({"price":1,})") ==
        "document: byte 11: not JSON in UTF-8");
  CHECK(SyntaxError(R"({"price":1 "b":2})") ==
        "document: byte 11: not JSON in UTF-8");
  CHECK(SyntaxError(R"({"price":[1,2,x]})") ==
        "price[2]: byte 14: not JSON in UTF-8");
  CHECK(SyntaxError("{} {}") ==
        "document: byte 3: text after the end of the value");
  CHECK(SyntaxError("{'price':1}") == "document: byte 1: not JSON in UTF-8");
  CHECK(SyntaxError("{/**/}") == "document: byte 1: not JSON in UTF-8");
  CHECK(SyntaxError(R"({"price":NaN})") == "price: byte 9: not JSON in UTF-8");
  CHECK(SyntaxError(R"({"price":01})") ==
        "document: byte 10: not JSON in UTF-8");
  CHECK(SyntaxError("\xef\xbb\xbf{}") == "document: byte 0: not JSON in UTF-8");
}

TEST_CASE("Broken UTF-8 and NUL bytes are refused", "[json]") {
  for (const char* const bytes :
       {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82",
        "\\ud800", "\\ud800\\u0041", "\x01"}) {
    CHECK(MetaError("01234567", bytes).find("booking_id: byte ") == 0);
  }
  const std::string nul("\0", 1);
  CHECK(SyntaxError(nul) == "document: byte 0: not JSON in UTF-8");
  CHECK(SyntaxError(kMetaText.data() + nul).substr(0, 14) == "document: byte");
  CHECK(MetaError("01234567", nul).find("booking_id: byte ") == 0);
  CHECK(MetaError("\"price\"", "\"\xff\"").find("document: byte ") == 0);
}

TEST_CASE("Deep nesting is refused", "[json]") {
  const auto nested = [](std::size_t depth) {
    return With(kMetaText, "{",
                "{\"x\":" + std::string(depth - 1, '[') +
                    std::string(depth - 1, ']') + ",");
  };
  CHECK(ErrorOf(ParseSeatMeta(nested(32))) == "OK");
  std::string path = "x";
  for (int i = 0; i < 31; ++i) path += "[0]";
  CHECK(ErrorOf(ParseSeatMeta(nested(33))) ==
        path + ": byte 36: nested deeper than 32");
  CHECK(ErrorOf(ParseSeatMeta(nested(33), {.depth_max = 33})) == "OK");
  CHECK(ErrorOf(ParseSeatMeta(nested(3), {.depth_max = 2})) ==
        "x[0]: byte 6: nested deeper than 2");
  CHECK(ErrorOf(ParseSeatMeta(nested(256), {.depth_max = 1u << 30})) == "OK");
  const std::string deep = ErrorOf(
      ParseSeatMeta(std::string(1u << 20, '['), {.depth_max = 1u << 30}));
  CHECK(deep.find("byte 256: nested deeper than 256") != std::string::npos);
}

TEST_CASE("Text past the size limit is refused unread", "[json]") {
  const JsonLimits limits;
  const std::string full(limits.text_bytes_max, ' ');
  CHECK(ErrorOf(ParsePrice(full)) == "document: the text ends too early");
  const auto over = ParsePrice(full + "1");
  CHECK(over.status().code() == absl::StatusCode::kResourceExhausted);
  CHECK(ErrorOf(over) == "document: 16777217 bytes, more than 16777216");
  CHECK(ErrorOf(ParsePrice("1000", {.text_bytes_max = 3})) ==
        "document: 4 bytes, more than 3");
  CHECK(ParsePrice("100", {.text_bytes_max = 3}).value() == Price(100));
}

TEST_CASE("An object of too many members is refused", "[json]") {
  const auto of_members = [](int count) {
    std::string text = "{\"x\":{";
    for (int i = 0; i < count; ++i) text += "\"" + std::to_string(i) + "\":0,";
    text.pop_back();
    return ErrorOf(ParseSeatMeta(text + "}}"));
  };
  CHECK(of_members(65'536) == "buyer_id: missing");
  CHECK(of_members(65'537).find("more than 65536 members") !=
        std::string::npos);
}

TEST_CASE("Messages quote hostile text cut short and in ASCII", "[json]") {
  const std::string error = ErrorOf(ParseSectionKey(
      "{\"section_id\":\"\xc3\xa9" + std::string(100'000, 'x') + "\"}"));
  CHECK(error.size() < 250);
  CHECK(error.find("'\\xc3\\xa9xxx") != std::string::npos);
  const std::string key = "{\"" + std::string(100'000, 'k') + "\n\":1}";
  CHECK(SyntaxError(key).size() < 250);
}

TEST_CASE("Every prefix and every flipped bit of a text is read or refused",
          "[json]") {
  const std::string text =
      ToJson(RowMeta{SectionKey::Make(EventId{1}, "A-1").value(),
                     1,
                     {},
                     0,
                     {{{1, 1}, SeatState::kSold, 0, TestMeta()},
                      {{1, 2}, SeatState::kBlocked, 3, {}}}});
  REQUIRE(ParseRowMeta(text).ok());
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK_FALSE(ParseRowMeta(text.substr(0, size)).ok());
  }
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string broken = text;
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ 1 << bit % 8);
    const auto row = ParseRowMeta(broken);
    if (row.ok()) CHECK(ParseRowMeta(ToJson(*row)).value() == *row);
  }
}

}  // namespace
}  // namespace seatfield
