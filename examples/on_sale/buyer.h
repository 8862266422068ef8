// SPDX-License-Identifier: MIT
//
// How buyers behave: who they are, when they come, what they do next. Pure: it
// knows no inventory, and all chance comes from the buyer's own generator.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_BUYER_H_
#define SEATFIELD_EXAMPLES_ON_SALE_BUYER_H_

#include <chrono>
#include <cstdint>
#include <optional>

#include "random.h"
#include "seatfield/ids.h"
#include "seatfield/time.h"

namespace examples::on_sale {

// What the crowd is like.
inline constexpr seatfield::Duration kHoldFor = std::chrono::minutes(5);
inline constexpr double kArrivalMeanSeconds = 90;  // a burst that decays
inline constexpr double kZipfExponent = 0.99;      // of the sections
inline constexpr double kGroupShares[] = {.10, .42, .13, .25, .04, .06};
inline constexpr double kMapShare = 0.30;  // pick seats on a map; others: best
inline constexpr double kBotShare = 0.40;  // never pay
inline constexpr double kAbandonShare = 0.43;     // of the holds of people
inline constexpr double kReleaseShare = 1.0 / 3;  // of those; others lapse
inline constexpr double kTwiceShare = 0.02;       // send each request twice
inline constexpr double kReturnShare = 0.6;       // of people who abandoned
inline constexpr double kPayMedianSeconds = 75;
inline constexpr double kPaySigma = 0.7;
inline constexpr double kReturnMeanSeconds = 120;
inline constexpr double kPersonRetryMeanSeconds = 45;
inline constexpr double kBotRetryMeanSeconds = 20;
inline constexpr double kBotReactionSeconds = 2;  // at most, after an expiry
inline constexpr int kPersonTriesMax = 100;
inline constexpr int kBotTriesMax = 20;
inline constexpr int kBotHoldsMax = 3;
inline constexpr int kTriesTogether = 20;  // then sits apart if need be
inline constexpr int kTriesInFull = 30;    // then takes fewer seats if need be

enum class Errand : std::uint8_t { kSeek, kFinalize, kRelease, kLapse };

struct Buyer {
  Random random;
  std::uint32_t number = 0;
  std::uint32_t run = 0;   // of the program, on one store
  std::uint8_t group = 0;  // seats wanted
  bool is_bot = false;
  bool uses_map = false;
  bool sends_twice = false;
  bool has_paid = false;
  std::uint8_t holds = 0;  // so far
  std::uint8_t tries = 0;  // so far, to get seats
  Errand errand = Errand::kSeek;

  seatfield::BuyerId id() const { return seatfield::BuyerId{number}; }

  // Another booking with every try, another transaction with every request.
  seatfield::BookingId booking() const {
    return {kBookingSpace + run, std::uint64_t{number} << 8 | tries};
  }
  seatfield::TransactionId request() const {
    return {kRequestSpace + (std::uint64_t{run} << 2) +
                static_cast<std::uint64_t>(errand),
            std::uint64_t{number} << 8 | tries};
  }

  bool insists_on_together() const { return tries <= kTriesTogether; }
  bool insists_on_all() const { return tries <= kTriesInFull; }

  static constexpr std::uint64_t kBookingSpace = 0x5ea7f1e1d0000000u;
  static constexpr std::uint64_t kRequestSpace = 0x5ea7f1e1e0000000u;
};

// Buyer `number` of the crowd with that seed, and how long after the opening
// they come. In each run they are the same, but know nothing of the others.
Buyer MakeBuyer(std::uint64_t seed, std::uint32_t number, std::uint32_t run);
seatfield::Duration DrawArrival(Buyer& buyer);

// What comes next, and when; nothing for a buyer who leaves. Each sets the
// errand.
using NextVisit = std::optional<seatfield::Time>;
NextVisit AfterHeld(Buyer& buyer, seatfield::Time now,
                    seatfield::Time hold_until);
NextVisit AfterLost(Buyer& buyer, seatfield::Time now);
NextVisit AfterAbandoned(Buyer& buyer, seatfield::Time now);

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_BUYER_H_
