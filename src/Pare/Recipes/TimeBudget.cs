namespace Pare.Recipes;

/// <summary>The time that a search may take, and how fast it trains.</summary>
/// <param name="seconds">All of the time; above 0.</param>
/// <param name="recall">Gives back what an earlier start of the run measured at this point, or measures: so a run that goes on decides as it did.</param>
/// <param name="clock">The clock; null for the system's.</param>
public sealed class TimeBudget(double seconds, Func<Func<double>, double> recall, TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly long _start = (clock ?? TimeProvider.System).GetTimestamp();

    // What earlier starts of the run had used up.
    private double _before;
    private double _until = double.PositiveInfinity;
    private double? _secondsAnExample;

    /// <summary>Seconds of it that are gone.</summary>
    public double Passed() => Passed(0);

    private double Passed(double least)
    {
        var passed = recall(() => Math.Max(least, _before + Running));
        _before = passed - Running;
        return passed;
    }

    /// <summary>Seconds that are left; 0 or more.</summary>
    public double Left() => Math.Max(0, seconds - Passed());

    /// <summary>Says when the work at hand has to end, in seconds from the start; never later than all of it.</summary>
    internal void EndBy(double second) => _until = second;

    /// <summary>Seconds to train on one example once.</summary>
    /// <param name="measure">Measures it where nothing was trained yet.</param>
    internal double SecondsAnExample(Func<double> measure) => _secondsAnExample ??= recall(measure);

    /// <summary>Whether training on so many examples would end in time.</summary>
    internal bool Allows(double examples) => Passed() + examples * (_secondsAnExample ?? 0) <= Math.Min(_until, seconds);

    /// <summary>Learns from training how long it takes.</summary>
    internal TrainResult Timed(double examples, Func<TrainResult> train)
    {
        var start = Passed();
        var result = train();
        // Of training that was interrupted this start's clock has seen only the end.
        _secondsAnExample = (Passed(start + result.Seconds) - start) / examples;
        return result;
    }

    private double Running => _clock.GetElapsedTime(_start).TotalSeconds;
}
