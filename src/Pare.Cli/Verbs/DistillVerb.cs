using System.CommandLine;
using Pare.Compress;
using Pare.Ort;
using Pare.Profile;
using Pare.Recipes;

namespace Pare.Cli.Verbs;

/// <summary><c>pare distill</c>: trains a network to do what larger ones do.</summary>
internal static class DistillVerb
{
    public static Command Create()
    {
        var student = new Argument<string>("STUDENT") { Description = "The network to train: a path (.onnx or .pare), or a name that 'pare zoo' lists, built with the first teacher's input and outputs." };
        var data = new DataFlags();
        var teaching = new DistillFlags();
        var training = new TrainFlags();
        var output = Opt.Output("The trained student (.onnx); may be STUDENT itself.");
        return new VerbCommand("distill", "Train a small network to do what larger ones do.", new OptionGroup("Output") { output }, teaching, data, training)
        {
            Arguments = { student },
            Details = "Labels count too where the data has them; pictures without labels will do. Names of tensors are those in the ONNX files. Without --augment, --hint and --attention the teachers run once over the data, before training.",
            Examples =
            [
                "pare distill lenet-300-100 --teacher lenet5.onnx --data mnist -o student.onnx",
                "pare distill student.onnx --teacher a.onnx --teacher b.onnx --attention relu3=layer2 --data pictures/ -o student.onnx",
            ],
            Body = run =>
            {
                var path = run.Get(output);
                OutputFile.Check(path);
                var options = training.Read(run);
                var plan = teaching.Read(run)!;
                var (loaded, splits, preprocess) = data.OpenWithModel(run, run.Get(student), like: plan.Teachers[0], learns: true);
                var labelled = ModelShape.HasLabels(splits.All);
                TeacherFlags.Check(plan, splits, preprocess);
                ModelShape.CheckTraining(loaded.Model, splits, labelled);
                var job = new TrainJob
                {
                    Model = loaded.Model,
                    Train = splits.Train,
                    Validation = labelled && splits.Validation.Count > 0 ? splits.Validation : null,
                    Preprocess = preprocess,
                    Augmentation = training.Augmentation(run),
                    Options = teaching.Apply(run, options, labelled),
                    Distillation = plan,
                    Checkpoint = training.Checkpoint(run),
                };
                TrainOutput.Run(run, job, !loaded.IsFresh, splits, path, new Judge(labelled ? Metric.Top1 : Metric.Agreement, plan.Teachers[0], preprocess, new OrtOptions { Threads = run.Threads }));
            },
        };
    }
}
