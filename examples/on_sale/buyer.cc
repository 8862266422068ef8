// SPDX-License-Identifier: MIT

#include "buyer.h"

#include <cstdint>

namespace examples::on_sale {

using seatfield::Duration;
using seatfield::Time;

namespace {

Duration Seconds(double seconds) {
  return Duration(static_cast<std::int64_t>(seconds * 1e6));
}

std::uint8_t DrawGroup(Random& random) {
  double left = random.Unit();
  std::uint8_t group = 1;
  for (const double share : kGroupShares) {
    left -= share;
    if (left < 0) return group;
    ++group;
  }
  return 2;
}

bool HasPatience(const Buyer& buyer) {
  if (buyer.is_bot && buyer.holds >= kBotHoldsMax) return false;
  return buyer.tries < (buyer.is_bot ? kBotTriesMax : kPersonTriesMax);
}

NextVisit SeekAgain(Buyer& buyer, Time at) {
  if (!HasPatience(buyer)) return std::nullopt;
  buyer.errand = Errand::kSeek;
  return at;
}

}  // namespace

Buyer MakeBuyer(std::uint64_t seed, std::uint32_t number, std::uint32_t run) {
  Buyer buyer{
      .random = Random(Mix(Mix(seed) + number)), .number = number, .run = run};
  Random& random = buyer.random;
  buyer.group = DrawGroup(random);
  buyer.is_bot = random.Chance(kBotShare);
  buyer.uses_map = random.Chance(kMapShare);
  buyer.sends_twice = random.Chance(kTwiceShare) && !buyer.is_bot;
  return buyer;
}

Duration DrawArrival(Buyer& buyer) {
  return Seconds(buyer.random.Exponential(kArrivalMeanSeconds));
}

NextVisit AfterHeld(Buyer& buyer, Time now, Time hold_until) {
  ++buyer.holds;
  Random& random = buyer.random;
  const bool pays = !buyer.is_bot && !random.Chance(kAbandonShare);
  const bool releases = !buyer.is_bot && random.Chance(kReleaseShare);
  if (!pays && !releases) {
    buyer.errand = Errand::kLapse;
    return hold_until + Seconds(random.Unit() * kBotReactionSeconds);
  }
  buyer.errand = pays ? Errand::kFinalize : Errand::kRelease;
  return now + Seconds(random.Lognormal(kPayMedianSeconds, kPaySigma));
}

NextVisit AfterLost(Buyer& buyer, Time now) {
  const double mean =
      buyer.is_bot ? kBotRetryMeanSeconds : kPersonRetryMeanSeconds;
  return SeekAgain(buyer, now + Seconds(buyer.random.Exponential(mean)));
}

NextVisit AfterAbandoned(Buyer& buyer, Time now) {
  if (buyer.is_bot) return SeekAgain(buyer, now);
  if (!buyer.random.Chance(kReturnShare)) return std::nullopt;
  return SeekAgain(buyer,
                   now + Seconds(buyer.random.Exponential(kReturnMeanSeconds)));
}

}  // namespace examples::on_sale
