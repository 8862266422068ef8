// SPDX-License-Identifier: MIT
//
// show: a picture of the seats.

#include <boost/json.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/files.h"
#include "common/panel.h"
#include "common/picture.h"
#include "seatctl/parameters.h"
#include "seatctl/verbs.h"
#include "seatfield/read_view.h"

namespace examples::seatctl {

using seatfield::SectionStats;
using seatfield::SectionView;

namespace {

constexpr Verb kShow = {"show", kLooking, "Draws the seats of an event",
                        "  seatctl show 1 A-1\n"
                        "  seatctl show 1 --svg house.svg\n"
                        "  seatctl show 1 A-1 --json",
                        Access::kRead};

struct ShowArguments {
  seatfield::EventId event{};
  seatfield::SectionName section;
  std::string svg;
};

// A string a row, a letter a seat: A available, R reserved, S sold, B blocked.
std::string RowsAsJson(const SectionView& view) {
  const auto& config = view.stats.config;
  const std::string letters = view.map.ToString();
  boost::json::array rows;
  for (std::size_t row = 0; row < config.rows; ++row) {
    rows.emplace_back(std::string_view(letters).substr(
        row * config.seats_per_row, config.seats_per_row));
  }
  return boost::json::serialize(
      boost::json::object{{"section_id", view.stats.key.name.ToString()},
                          {"event_id", Value(view.stats.key.event)},
                          {"version", view.stats.version},
                          {"rows", std::move(rows)}});
}

int ShowSection(Session& session, const SectionView& view, bool is_last) {
  if (session.json()) {
    session.out() << RowsAsJson(view) << '\n';
  } else {
    session.out() << SectionPicture(PanelOf(view), session.terminal())
                  << (is_last ? PictureLegend(session.terminal()) : "\n");
  }
  return kDone;
}

int Show(Session& session, const ShowArguments& arguments) {
  std::vector<SectionStats> stats;
  absl::Status status = session.inventory().storage().ReadStats(
      {arguments.event, arguments.section.view()}, stats);
  if (!status.ok()) return session.Fail(status);
  std::vector<Panel> panels;
  SectionView view;
  for (const SectionStats& section : stats) {
    status = session.inventory().ReadSection(arguments.event, section.key.name,
                                             {.details = true}, view);
    if (!status.ok()) return session.Fail(status);
    if (arguments.svg.empty()) {
      ShowSection(session, view, &section == &stats.back());
    } else {
      panels.push_back(PanelOf(view));
    }
  }
  if (arguments.svg == "-") {
    session.out() << HouseSvg(panels);
  } else if (!arguments.svg.empty()) {
    status = WriteFile(arguments.svg, HouseSvg(panels));
    if (!status.ok()) return session.Fail(kEnvironment, status);
  }
  return kDone;
}

}  // namespace

void AddShow(Program& program) {
  const auto arguments = std::make_shared<ShowArguments>();
  Parameters parameters = program.Add(kShow, [arguments](Session& session) {
    return Show(session, *arguments);
  });
  parameters.Event(arguments->event);
  parameters.Section(arguments->section, Need::kOptional);
  parameters.File("--svg", arguments->svg,
                  "Draw a file instead; - is standard output", Need::kOptional);
}

}  // namespace examples::seatctl
