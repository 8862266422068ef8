// SPDX-License-Identifier: MIT

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "reader.h"
#include "seatfield/json.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {
namespace {

// A number of rows, seats or sections: at least one.
struct Count {
  std::uint32_t value = 0;
};

void Read(const Field& at, Count& out) {
  out.value = static_cast<std::uint32_t>(ReadUnsigned(at, 1, UINT32_MAX));
}

// An entry of the file: some sections of one shape and price.
struct Block {
  std::string name;
  Price price;
  Count subsections;
  Count rows;
  Count cols;
};

std::string SectionNameOf(const Block& block, std::uint32_t subsection) {
  return internal::Cat(block.name, "-", subsection);
}

class VenueReader {
 public:
  explicit VenueReader(const Limits& limits) : limits_(limits) {}

  void ReadVenue(const Field& at, Venue& venue) {
    Members members(at);
    members.Optional("rows", default_rows_);
    members.Optional("cols", default_cols_);
    members.RequiredBy("sections", [&](const Field& sections) {
      ReadSections(sections, venue);
    });
    members.Finish();
  }

 private:
  void ReadSections(const Field& at, Venue& venue) {
    ForEachElement(at, [&](const Field& element) {
      const Block block = ReadBlock(element);
      if (element.ok()) Append(element, block, venue);
    });
    if (at.ok() && venue.sections.empty()) at.Fail("no sections");
  }

  Block ReadBlock(const Field& at) const {
    Block block;
    block.rows = default_rows_;
    block.cols = default_cols_;
    Members members(at);
    members.Required("name", block.name);
    members.Required("price", block.price);
    members.Required("subsections", block.subsections);
    ReadSide(members, "rows", block.rows);
    ReadSide(members, "cols", block.cols);
    members.Finish();
    return block;
  }

  static void ReadSide(Members& members, std::string_view key, Count& side) {
    if (!members.Optional(key, side) && side.value == 0) {
      members.FailMember(key, "missing, here and at the top");
    }
  }

  void Append(const Field& at, const Block& block, Venue& venue) {
    const SectionConfig config{block.rows.value, block.cols.value};
    CheckName(at, block);
    CheckSize(at, block, config, venue);
    if (!at.ok()) return;
    for (std::uint32_t i = 1; i <= block.subsections.value; ++i) {
      venue.sections.push_back({SectionNameOf(block, i), config, block.price});
    }
    venue.seat_count +=
        std::uint64_t{config.seat_count()} * block.subsections.value;
  }

  // The last name is the longest, and behind its last dash stands a number
  // alone: blocks of different names make different sections.
  void CheckName(const Field& at, const Block& block) {
    const Field name(at.value(), at, "name");
    const auto last = SectionName::Parse(
        block.name.empty() ? ""
                           : SectionNameOf(block, block.subsections.value));
    if (!last.ok()) name.Fail(std::string(last.status().message()));
    if (!names_.insert(block.name).second) {
      name.Fail("there already: ", internal::Quoted(block.name));
    }
  }

  void CheckSize(const Field& at, const Block& block,
                 const SectionConfig& config, const Venue& venue) const {
    const std::uint64_t seats_of_one =
        std::uint64_t{config.rows} * config.seats_per_row;
    if (seats_of_one > limits_.seats_per_section_max) {
      return at.FailLimit("rows * cols is ", seats_of_one, ", more than ",
                          limits_.seats_per_section_max, " seats in a section");
    }
    const std::uint64_t sections =
        venue.sections.size() + block.subsections.value;
    if (sections > limits_.sections_per_event_max) {
      return Field(at.value(), at, "subsections")
          .FailLimit(sections, " sections up to here, more than ",
                     limits_.sections_per_event_max);
    }
    // Both factors are below 2^32, and the sum so far is within the limit.
    const std::uint64_t seats = seats_of_one * block.subsections.value;
    if (seats > limits_.seats_max - venue.seat_count) {
      at.FailLimit("more than ", limits_.seats_max, " seats up to here");
    }
  }

  const Limits& limits_;
  Count default_rows_;
  Count default_cols_;
  std::unordered_set<std::string> names_;
};

}  // namespace
}  // namespace json_internal

absl::StatusOr<Venue> ParseVenue(std::string_view json, const Limits& limits,
                                 const JsonLimits& json_limits) {
  using json_internal::Field;
  return json_internal::ParseJson<Venue>(
      json, json_limits, json_internal::Unknown::kRefused,
      [&limits](const Field& at, Venue& out) {
        json_internal::VenueReader(limits).ReadVenue(at, out);
      });
}

SEATFIELD_ABI_END
}  // namespace seatfield
