/* Dates as text, in the "C" locale. */
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char days[7][10] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char months[12][10] = {"January", "February", "March",     "April",   "May",      "June",
                                    "July",    "August",   "September", "October", "November", "December"};

/* The week of the year by ISO 8601: week 1 has the year's first Thursday. */
static int iso_week(const struct tm *parts, int *year)
{
    int monday_based = (parts->tm_wday + 6) % 7;
    int week = (parts->tm_yday - monday_based + 10) / 7;
    *year = parts->tm_year + 1900;
    if (week < 1) {
        int before = *year - 1;
        int leap = before % 4 == 0 && (before % 100 != 0 || before % 400 == 0);
        *year = before;
        return (parts->tm_yday + 365 + leap - monday_based + 10) / 7;
    }
    if (week == 53) {
        int leap = *year % 4 == 0 && (*year % 100 != 0 || *year % 400 == 0);
        if (parts->tm_yday - monday_based + 3 >= 365 + leap) {
            ++*year;
            return 1;
        }
    }
    return week;
}

size_t strftime(char *text, size_t size, const char *format, const struct tm *parts)
{
    size_t length = 0;
    for (; *format; format++) {
        char piece[64];
        const char *inner = NULL;
        int hour12 = parts->tm_hour % 12 ? parts->tm_hour % 12 : 12, year;
        size_t count;
        if (*format != '%') {
            piece[0] = *format;
            piece[1] = 0;
        } else {
            format++;
            if (*format == 'E' || *format == 'O')
                format++;
            switch (*format) {
            case 'a': sprintf(piece, "%.3s", days[parts->tm_wday]); break;
            case 'A': strcpy(piece, days[parts->tm_wday]); break;
            case 'b':
            case 'h': sprintf(piece, "%.3s", months[parts->tm_mon]); break;
            case 'B': strcpy(piece, months[parts->tm_mon]); break;
            case 'c': inner = "%a %b %e %H:%M:%S %Y"; break;
            case 'C': sprintf(piece, "%02d", (parts->tm_year + 1900) / 100); break;
            case 'd': sprintf(piece, "%02d", parts->tm_mday); break;
            case 'D':
            case 'x': inner = "%m/%d/%y"; break;
            case 'e': sprintf(piece, "%2d", parts->tm_mday); break;
            case 'F': inner = "%Y-%m-%d"; break;
            case 'g': iso_week(parts, &year); sprintf(piece, "%02d", year % 100); break;
            case 'G': iso_week(parts, &year); sprintf(piece, "%d", year); break;
            case 'H': sprintf(piece, "%02d", parts->tm_hour); break;
            case 'I': sprintf(piece, "%02d", hour12); break;
            case 'j': sprintf(piece, "%03d", parts->tm_yday + 1); break;
            case 'k': sprintf(piece, "%2d", parts->tm_hour); break;
            case 'l': sprintf(piece, "%2d", hour12); break;
            case 'm': sprintf(piece, "%02d", parts->tm_mon + 1); break;
            case 'M': sprintf(piece, "%02d", parts->tm_min); break;
            case 'n': strcpy(piece, "\n"); break;
            case 'p': strcpy(piece, parts->tm_hour < 12 ? "AM" : "PM"); break;
            case 'P': strcpy(piece, parts->tm_hour < 12 ? "am" : "pm"); break;
            case 'r': inner = "%I:%M:%S %p"; break;
            case 'R': inner = "%H:%M"; break;
            case 's': {
                struct tm copy = *parts;
                sprintf(piece, "%ld", mktime(&copy));
                break;
            }
            case 'S': sprintf(piece, "%02d", parts->tm_sec); break;
            case 't': strcpy(piece, "\t"); break;
            case 'T':
            case 'X': inner = "%H:%M:%S"; break;
            case 'u': sprintf(piece, "%d", parts->tm_wday ? parts->tm_wday : 7); break;
            case 'U': sprintf(piece, "%02d", (parts->tm_yday + 7 - parts->tm_wday) / 7); break;
            case 'V': sprintf(piece, "%02d", iso_week(parts, &year)); break;
            case 'w': sprintf(piece, "%d", parts->tm_wday); break;
            case 'W': sprintf(piece, "%02d", (parts->tm_yday + 7 - (parts->tm_wday + 6) % 7) / 7); break;
            case 'y': sprintf(piece, "%02d", parts->tm_year % 100); break;
            case 'Y': sprintf(piece, "%d", parts->tm_year + 1900); break;
            case 'z': strcpy(piece, "+0000"); break;
            case 'Z': snprintf(piece, sizeof piece, "%s", parts->tm_zone ? parts->tm_zone : ""); break;
            case '%': strcpy(piece, "%"); break;
            default:
                piece[0] = '%';
                piece[1] = *format;
                piece[2] = 0;
                if (!*format)
                    format--;
            }
        }
        if (inner)
            strftime(piece, sizeof piece, inner, parts);
        count = strlen(piece);
        if (length + count >= size)
            return 0;
        memcpy(text + length, piece, count);
        length += count;
    }
    if (length >= size)
        return 0;
    text[length] = 0;
    return length;
}
