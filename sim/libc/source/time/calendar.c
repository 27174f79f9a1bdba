/* Seconds since 1970 ↔ date and time (UTC, the only zone). */
#include <stdio.h>
#include <time.h>

#define DAY 86400

static int is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days before the first of January of a year, counted from 1970. */
static long days_before_year(long year)
{
    long y = year - 1;
    return (year - 1970) * 365 + (y / 4 - y / 100 + y / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static int days_before_month(int year, int month)
{
    static const short before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    return before[month] + (month > 1 && is_leap(year));
}

struct tm *gmtime_r(const time_t *time, struct tm *result)
{
    long days = *time / DAY, seconds = *time % DAY;
    int year = 1970, month = 11;
    if (seconds < 0) {
        seconds += DAY;
        days--;
    }
    year += days / 366;
    while (days_before_year(year + 1) <= days)
        year++;
    while (days_before_year(year) > days)
        year--;
    result->tm_wday = ((days + 4) % 7 + 7) % 7; /* the first day was a Thursday */
    days -= days_before_year(year);
    while (days_before_month(year, month) > days)
        month--;
    result->tm_sec = seconds % 60;
    result->tm_min = seconds / 60 % 60;
    result->tm_hour = seconds / 3600;
    result->tm_mday = days - days_before_month(year, month) + 1;
    result->tm_mon = month;
    result->tm_year = year - 1900;
    result->tm_yday = days;
    result->tm_isdst = 0;
    result->tm_gmtoff = 0;
    result->tm_zone = "GMT";
    return result;
}

struct tm *gmtime(const time_t *time)
{
    static struct tm result;
    return gmtime_r(time, &result);
}

struct tm *localtime_r(const time_t *time, struct tm *result)
{
    gmtime_r(time, result);
    result->tm_zone = "UTC";
    return result;
}

struct tm *localtime(const time_t *time)
{
    static struct tm result;
    return localtime_r(time, &result);
}

/* Members may be out of range: they are brought into it. */
time_t mktime(struct tm *parts)
{
    int months = parts->tm_mon % 12 + (parts->tm_mon % 12 < 0 ? 12 : 0);
    int year = parts->tm_year + 1900 + (parts->tm_mon - months) / 12;
    long days = days_before_year(year) + days_before_month(year, months) + parts->tm_mday - 1;
    time_t result = days * DAY + parts->tm_hour * 3600L + parts->tm_min * 60L + parts->tm_sec;
    localtime_r(&result, parts);
    return result;
}

time_t timegm(struct tm *parts)
{
    return mktime(parts);
}

char *asctime_r(const struct tm *parts, char *text)
{
    strftime(text, 26, "%a %b %e %H:%M:%S %Y\n", parts);
    return text;
}

char *asctime(const struct tm *parts)
{
    static char text[26];
    return asctime_r(parts, text);
}

char *ctime_r(const time_t *time, char *text)
{
    struct tm parts;
    return asctime_r(gmtime_r(time, &parts), text);
}

char *ctime(const time_t *time)
{
    return asctime(gmtime(time));
}

void tzset(void)
{
}
